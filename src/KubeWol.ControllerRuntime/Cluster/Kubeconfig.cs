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
            Clusters = files.SelectMany(f => f.Clusters ?? []).Where(c => c?.Name is not null).DistinctBy(c => c.Name).ToList(),
            Contexts = files.SelectMany(f => f.Contexts ?? []).Where(c => c?.Name is not null).DistinctBy(c => c.Name).ToList(),
            Users = files.SelectMany(f => f.Users ?? []).Where(u => u?.Name is not null).DistinctBy(u => u.Name).ToList(),
        };
    }

    /// <summary>
    /// All certificates of the current context's CA bundle, or null where the system's are to be trusted: the library takes only the
    /// first, which breaks while a CA is rotated.
    /// </summary>
    /// <exception cref="FormatException">The context leads to no server, or the bundle is not valid; the message says what is missing.</exception>
    public static X509Certificate2Collection? Authorities(K8SConfiguration files)
    {
        if (files.CurrentContext is not { } current) throw new FormatException("it has no current-context");
        var context = files.Contexts.FirstOrDefault(c => string.Equals(c.Name, current, StringComparison.OrdinalIgnoreCase))?.ContextDetails
            ?? throw new FormatException($"there is no context \"{current}\"");
        var cluster = files.Clusters.FirstOrDefault(c => string.Equals(c.Name, context.Cluster, StringComparison.OrdinalIgnoreCase))?.ClusterEndpoint
            ?? throw new FormatException($"there is no cluster \"{context.Cluster}\", which context \"{current}\" names");
        if (string.IsNullOrWhiteSpace(cluster.Server)) throw new FormatException($"cluster \"{context.Cluster}\" has no server");
        return cluster switch
        {
            { CertificateAuthorityData.Length: > 0 } => Bundle("certificate-authority-data", Encoding.UTF8.GetString(Convert.FromBase64String(cluster.CertificateAuthorityData))),
            { CertificateAuthority.Length: > 0 } => Authorities(cluster.CertificateAuthority),
            _ => null,
        };
    }

    /// <summary>All certificates of the CA bundle in <paramref name="file"/>.</summary>
    public static X509Certificate2Collection Authorities(string file) => Bundle(file, File.ReadAllText(file));

    /// <summary>The certificates in a PEM text, in their order.</summary>
    public static X509Certificate2Collection Certificates(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    private static X509Certificate2Collection Bundle(string place, string pem) =>
        Certificates(pem) is { Count: > 0 } some ? some : throw new FormatException($"there is no certificate in {place}");

    private static K8SConfiguration LoadOne(string path)
    {
        using var text = File.OpenRead(path);
        var file = KubernetesClientConfiguration.LoadKubeConfig(text) ?? new(); // null: an empty file
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string? Absolute(string? relative) => string.IsNullOrEmpty(relative) ? relative : Path.Combine(folder, relative);
        foreach (var cluster in file.Clusters?.Select(c => c?.ClusterEndpoint).OfType<ClusterEndpoint>() ?? [])
        {
            cluster.CertificateAuthority = Absolute(cluster.CertificateAuthority);
        }

        foreach (var user in file.Users?.Select(u => u?.UserCredentials).OfType<UserCredentials>() ?? [])
        {
            user.ClientCertificate = Absolute(user.ClientCertificate);
            user.ClientKey = Absolute(user.ClientKey);
            if (user.ExternalExecution is not { } plugin) continue;
            if (plugin.Command?.Contains('/', StringComparison.Ordinal) == true) plugin.Command = Absolute(plugin.Command); // a bare name is looked for in PATH
            plugin.Arguments = plugin.Arguments?.Select(Quoted).ToList();
        }

        return file;
    }

    /// <summary>The library joins a plugin's arguments with spaces, and the framework takes them apart again: backslashes count only before a quote.</summary>
    private static string Quoted(string argument) =>
        $"\"{string.Join("\\\"", argument.Split('"').Select(part => part + new string('\\', part.Length - part.TrimEnd('\\').Length)))}\"";
}
