using k8s;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>The configuration that Kubernetes gives to every pod: two variables and the mounted service account.</summary>
internal sealed class InCluster(Func<string, string?> environment)
{
    private readonly string? _host = environment("KUBERNETES_SERVICE_HOST");
    private readonly string _port = environment("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";

    /// <summary>KUBEWOL_SERVICE_ACCOUNT_DIR moves the mount, for tests and for containers that have it elsewhere.</summary>
    private readonly string _mount = environment("KUBEWOL_SERVICE_ACCOUNT_DIR") is { Length: > 0 } given ? given : "/var/run/secrets/kubernetes.io/serviceaccount";

    public bool IsHere => !string.IsNullOrEmpty(_host) && File.Exists(Path.Combine(_mount, "token"));

    public string AuthoritiesFile => Path.Combine(_mount, "ca.crt");

    public KubernetesClientConfiguration Configuration(TimeProvider time)
    {
        var space = Path.Combine(_mount, "namespace");
        return new KubernetesClientConfiguration
        {
            Host = $"https://{(_host!.Contains(':', StringComparison.Ordinal) ? $"[{_host}]" : _host)}:{_port}",
            TokenProvider = new TokenFile(Path.Combine(_mount, "token"), time),
            Namespace = File.Exists(space) ? File.ReadAllText(space).Trim() : null,
        };
    }
}
