using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.KubeConfigModels;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>Reads kubeconfig files the way kubectl does: several may be listed, the first to name a thing wins, paths are relative to their own file.</summary>
internal static class Kubeconfig
{
    /// <summary>Loads what exists of the files in <paramref name="list"/> (separated as PATH is), or null when none exists.</summary>
    public static K8SConfiguration? Load(string list)
    {
        var files = list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists).Select(LoadOne).ToList();
        return files.Count == 0 ? null : new K8SConfiguration
        {
            CurrentContext = files.Select(f => f.CurrentContext).FirstOrDefault(c => !string.IsNullOrEmpty(c)),
            Clusters = files.SelectMany(f => f.Clusters ?? []).DistinctBy(c => c.Name).ToList(),
            Contexts = files.SelectMany(f => f.Contexts ?? []).DistinctBy(c => c.Name).ToList(),
            Users = files.SelectMany(f => f.Users ?? []).DistinctBy(u => u.Name).ToList(),
        };
    }

    /// <summary>All certificates of the CA bundle of <paramref name="contextName"/>: the library takes only the first, which breaks while a CA is rotated.</summary>
    public static X509Certificate2Collection? Authorities(K8SConfiguration files, string contextName)
    {
        var context = files.Contexts.First(c => string.Equals(c.Name, contextName, StringComparison.OrdinalIgnoreCase));
        var cluster = files.Clusters.First(c => string.Equals(c.Name, context.ContextDetails.Cluster, StringComparison.OrdinalIgnoreCase)).ClusterEndpoint;
        return cluster switch
        {
            { CertificateAuthorityData.Length: > 0 } => Certificates(Encoding.UTF8.GetString(Convert.FromBase64String(cluster.CertificateAuthorityData))),
            { CertificateAuthority.Length: > 0 } => Certificates(File.ReadAllText(cluster.CertificateAuthority)),
            _ => null,
        };
    }

    /// <summary>The certificates in a PEM text, in their order.</summary>
    public static X509Certificate2Collection Certificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    private static K8SConfiguration LoadOne(string path)
    {
        var file = KubernetesClientConfiguration.LoadKubeConfig(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string? Absolute(string? relative) => string.IsNullOrEmpty(relative) ? relative : Path.Combine(folder, relative);
        foreach (var cluster in file.Clusters?.Select(c => c.ClusterEndpoint).OfType<ClusterEndpoint>() ?? [])
        {
            cluster.CertificateAuthority = Absolute(cluster.CertificateAuthority);
        }

        foreach (var user in file.Users?.Select(u => u.UserCredentials).OfType<UserCredentials>() ?? [])
        {
            user.ClientCertificate = Absolute(user.ClientCertificate);
            user.ClientKey = Absolute(user.ClientKey);
        }

        return file;
    }
}
