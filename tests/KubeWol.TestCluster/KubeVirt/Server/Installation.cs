using System.Reflection;
using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>Puts into the cluster what KubeVirt's operator would: CRDs and webhooks; and nodes, which somebody else would.</summary>
internal sealed class Installation(StandInClient client)
{
    private const string CrdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string WebhookPath = "/apis/admissionregistration.k8s.io/v1";

    /// <summary>The CRDs, by name.</summary>
    public static IReadOnlyDictionary<string, byte[]> Crds { get; } = ReadCrds();

    public async Task InstallCrdsAsync(bool templates, CancellationToken cancellationToken)
    {
        var crds = Crds.Where(crd => templates || !crd.Key.EndsWith(".template.kubevirt.io", StringComparison.Ordinal)).ToList();
        foreach (var (name, manifest) in crds) await client.ApplyAsync($"{CrdPath}/{name}", manifest, cancellationToken);
        foreach (var (name, _) in crds)
        {
            await Eventually.BecomesTrueAsync($"the API server serves {name}", () => IsEstablishedAsync(name, cancellationToken), cancellationToken);
        }
    }

    public async Task InstallWebhooksAsync(Uri address, string authorityPem, CancellationToken cancellationToken)
    {
        foreach (var configuration in AdmissionApi.Configurations(address, authorityPem))
        {
            await client.ApplyAsync(WebhookPathOf((string)configuration["kind"]!), Bytes(configuration), cancellationToken);
        }
    }

    /// <summary>Takes the webhooks away again, so that writes do not wait for a stand-in that is gone.</summary>
    public async Task RemoveWebhooksAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in new[] { "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration" })
        {
            await client.SendAsync(HttpMethod.Delete, WebhookPathOf(kind), cancellationToken);
        }
    }

    public async Task CreateNodesAsync(IEnumerable<StandInNode> nodes, CancellationToken cancellationToken)
    {
        foreach (var node in nodes)
        {
            var labels = new JsonObject { ["kubernetes.io/hostname"] = node.Name };
            foreach (var (label, value) in node.Labels ?? new Dictionary<string, string>()) labels[label] = value;
            var metadata = new JsonObject { ["name"] = node.Name, ["labels"] = labels };
            var manifest = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = metadata };
            await client.ApplyAsync(ApiPath.Of("", "v1", "nodes", name: node.Name), Bytes(manifest), cancellationToken);
        }
    }

    private async Task<bool> IsEstablishedAsync(string name, CancellationToken cancellationToken)
    {
        var crd = JsonNode.Parse(await client.SendAsync(HttpMethod.Get, $"{CrdPath}/{name}", cancellationToken))!;
        return crd["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "Established" && (string?)c["status"] == "True") == true;
    }

    private static string WebhookPathOf(string kind) => $"{WebhookPath}/{kind.ToLowerInvariant()}s/{StandInClient.FieldManager}";

    private static byte[] Bytes(JsonObject manifest) => System.Text.Encoding.UTF8.GetBytes(manifest.ToJsonString());

    private static Dictionary<string, byte[]> ReadCrds()
    {
        const string Folder = ".KubeVirt.Crds.";
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(n => n.Contains(Folder, StringComparison.Ordinal)).ToDictionary(
            n => n[(n.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..].Replace(".yaml", ".kubevirt.io", StringComparison.Ordinal),
            n =>
            {
                using var stream = assembly.GetManifestResourceStream(n)!;
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                return copy.ToArray();
            });
    }
}
