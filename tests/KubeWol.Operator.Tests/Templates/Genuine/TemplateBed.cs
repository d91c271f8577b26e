using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Operator.Tests.Templates.Genuine;

/// <summary>A genuine API server with the stand-in for KubeVirt and the operator as a process of its own, with the rights that the chart gives it.</summary>
public sealed class TemplateBed : IAsyncLifetime
{
    private static int s_names;

    private Cluster _cluster = null!;
    private Installation _installation = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ClusterClient Client => _cluster.Client;

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync(["node-a", "node-b"], new StandInDelays(), Cancel);
        _installation = await Installation.CreateAsync(_cluster, Cancel);
        await _installation.StartOperatorAsync("operator", [], Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_installation is not null) await _installation.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    /// <summary>A namespace for one test, and octets that no other test uses.</summary>
    public async Task<(string Namespace, string Prefix)> NewAsync()
    {
        var number = Interlocked.Increment(ref s_names);
        var name = string.Create(CultureInfo.InvariantCulture, $"team-{number:d3}"); // so that names sort as they were made
        await _cluster.Kubectl.OutputAsync(["create", "namespace", name], Cancel);
        return (name, string.Create(CultureInfo.InvariantCulture, $"52:54:{number:x2}"));
    }

    public Task<string> ApplyAsync(string manifest) => _cluster.Kubectl.ApplyAsync(manifest, Cancel);

    public Task<CommandResult> TryAsync(string input, params string[] arguments) => _cluster.Kubectl.RunAsync(arguments, input, Cancel);

    public Task<string> KubectlAsync(params string[] arguments) => _cluster.Kubectl.OutputAsync(arguments, Cancel);

    /// <summary>A template in a shape of its own, applied and looked at.</summary>
    public async Task<WakeTemplate> TemplateAsync(string ns, string name, string spec)
    {
        await ApplyAsync($"apiVersion: kubewol.io/v1alpha1\nkind: WakeTemplate\nmetadata: {{name: {name}, namespace: {ns}}}\nspec:\n{Indented(spec)}");
        return await TemplateBecomesAsync(ns, name, "looked at", t => t.Status?.ObservedGeneration == t.Metadata.Generation);
    }

    public async Task<WakeTemplate> TemplateBecomesAsync(string ns, string name, string what, Func<WakeTemplate, bool> condition)
    {
        WakeTemplate? now = null;
        await Eventually.BecomesTrueAsync(
            $"template {name} is {what}", async () => (now = await Client.GetAsync(WakeTemplate.Type, new(ns, name), Cancel)) is { } found && condition(found), Cancel);
        return now!;
    }

    /// <summary>A condition of a template in one line.</summary>
    public static string Line(WakeTemplate template, string type) =>
        template.Status?.Conditions?.FirstOrDefault(c => c.Type == type) is { } c ? $"{c.Status} {c.Reason}: {c.Message}" : "";

    /// <summary>Creates a request and waits until it is finished.</summary>
    public async Task<WakeRequest> AskAsync(string ns, string mac, WakeAction action = WakeAction.Wake, InstantiateSettings? instantiate = null, int deadline = 60)
    {
        var created = await Client.CreateAsync(
            WakeRequest.Type,
            new WakeRequest
            {
                Metadata = new() { Namespace = ns, Name = $"ask-{Guid.NewGuid():N}" },
                Spec = new() { Action = action, Target = new() { MacAddress = mac }, Instantiate = instantiate, DeadlineSeconds = deadline },
            },
            Cancel);
        WakeRequest? now = null;
        try
        {
            await Eventually.BecomesTrueAsync(
                $"{created.Metadata.Name} for {mac} is finished", async () => (now = await Client.GetAsync(WakeRequest.Type, ResourceKey.Of(created), Cancel))?.IsFinished() == true, Cancel);
        }
        catch (TestClusterException e)
        {
            throw new TestClusterException($"{e.Message} It is {now?.Status?.Phase} {now?.Status?.Reason}: {now?.Status?.Message}");
        }

        return now!;
    }

    /// <summary>All objects of a kind in a namespace.</summary>
    public async Task<IReadOnlyList<JsonNode>> ListAsync(string ns, string kind) =>
        [.. JsonNode.Parse(await KubectlAsync("get", kind, "-n", ns, "-o", "json"))!["items"]!.AsArray().Select(i => i!)];

    private static string Indented(string text) => string.Join('\n', text.Split('\n').Select(l => $"  {l}"));
}
