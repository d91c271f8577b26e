using System.Security.Cryptography.X509Certificates;
using k8s;
using k8s.Authentication;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>The configuration that Kubernetes gives to every pod: two variables and the mounted service account.</summary>
internal static class InCluster
{
    /// <summary>Moves the service account's directory, for tests and for containers that mount it elsewhere.</summary>
    public const string DirectoryVariable = "KUBEWOL_SERVICE_ACCOUNT_DIR";

    private static string Directory => Environment.GetEnvironmentVariable(DirectoryVariable) ?? "/var/run/secrets/kubernetes.io/serviceaccount";

    private static string? Host => Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");

    public static bool IsHere => !string.IsNullOrEmpty(Host) && File.Exists(Path.Combine(Directory, "token"));

    public static KubernetesClientConfiguration Configuration()
    {
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";
        var space = Path.Combine(Directory, "namespace");
        return new KubernetesClientConfiguration
        {
            Host = $"https://{(Host!.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{port}",
            TokenProvider = new TokenFileAuth(Path.Combine(Directory, "token")), // read again every minute: tokens are rotated
            Namespace = File.Exists(space) ? File.ReadAllText(space).Trim() : null,
        };
    }

    public static X509Certificate2Collection Authorities() => Kubeconfig.Certificates(File.ReadAllText(Path.Combine(Directory, "ca.crt")));
}
