using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime;
using KubeWol.FaultProxy;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.ApiFaults;

/// <summary>
/// The calls that concern no machine: lists and watches, the lease, what the operator publishes and what it says of policies and templates. In each
/// round one kind of fault meets the next call of each name, and all of it is made to happen.
/// </summary>
internal sealed class FaultRounds(Bed bed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly List<string> _wrong = [];
    private int _touches;

    public IReadOnlyList<string> Wrong => _wrong;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What the rounds are about, to be made before the first.</summary>
    public string Manifests => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: fault-rounds, namespace: {{bed.Namespace}} }
        spec: {selector: {matchLabels: {nobody: has-this} }, verbs: [Wake], proof: None}
        ---
        apiVersion: template.kubevirt.io/v1alpha1
        kind: VirtualMachineTemplate
        metadata: {name: fault-rounds, namespace: {{bed.Namespace}} }
        spec: {virtualMachine: {metadata: {name: fault-rounds}, spec: {runStrategy: Halted, template: {spec: {domain: {memory: {guest: 64Mi} } } } } } }
        ---
        apiVersion: kubewol.io/v1alpha1
        kind: WakeTemplate
        metadata: {name: fault-rounds, namespace: {{bed.Namespace}} }
        spec: {macAddresses: {prefixes: ["52:54:ff:ff"]}, virtualMachineTemplate: {name: fault-rounds} }
        ---
        {{bed.Machine("fault-rounds") with { RunStrategy = "Always" } }}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: kubewol-secureon, namespace: {{bed.Namespace}} }
        ---
        apiVersion: kubewol.io/v1alpha1
        kind: WakeRequest
        metadata: {name: fault-rounds, namespace: {{bed.Namespace}} }
        spec: {action: Wake, target: {name: fault-rounds} }
        """;

    /// <summary>A migration, for there has to be one whose watch can be cut.</summary>
    public async Task SetUpAsync()
    {
        await bed.WaitForAsync(new(bed.Namespace, "fault-rounds"), "Running");
        var migration = new Migration { Metadata = new() { Namespace = bed.Namespace, Name = "fault-rounds" }, Spec = new() { VmiName = "fault-rounds" } };
        await bed.Cluster.Client.CreateAsync(Migration.Type, migration, Cancel);
    }

    public async Task PlayAsync(FaultKind kind, int round)
    {
        // Each watch has to begin anew, and where its version is forgotten everything is listed anew.
        var watches = bed.Proxy.Calls.Keys.Where(c => c.Call.StartsWith("WATCH ", StringComparison.Ordinal)).ToList();
        var relist = watches.Select(c => bed.Proxy.Add(new(FaultKind.Gone) { Caller = c.Caller, Call = c.Call, Times = 1 })).ToList();
        string[] others = ["PATCH leases", "POST configmaps", "PATCH configmaps", "POST secrets", "PATCH wakepolicies/status", "PATCH waketemplates/status", "GET virtualmachinetemplates"];
        var rules = watches.SelectMany(c => (FaultRule[])[new(kind) { Caller = c.Caller, Call = c.Call, Times = 1 }, new(kind) { Caller = c.Caller, Call = c.Call.Replace("WATCH", "LIST", StringComparison.Ordinal), Times = 1, When = IsInformers }])
            // What concerns a cast is the cast's own.
            .Concat(others.Select(call => new FaultRule(kind) { Caller = "kubewol-operator", Call = call, Times = 1, When = c => c.Object is null or "fault-rounds" || !c.Object.StartsWith("fault-", StringComparison.Ordinal) }))
            .Where(rule => Fault.CannotMeet(kind, rule.Call!.Split(' ')[0]) is null)
            .Select(bed.Proxy.Add).ToList();
        bed.Proxy.EndWatches();
        await HappenAsync(round);
        try
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            await Eventually.BecomesTrueAsync("every call has been made", Patience, async () =>
            {
                if (kind is FaultKind.CutEvent or FaultKind.Truncated) await TouchAsync();
                await pace.WaitForNextTickAsync(Cancel);
                return rules.All(r => r.Injected == 1);
            }, Cancel);
        }
        catch (TestClusterException)
        {
            _wrong.AddRange(rules.Where(r => r.Injected == 0).Select(r => $"{kind}: nobody asked {r.Rule.Call}"));
        }

        foreach (var rule in relist.Concat(rules)) rule.Dispose();
        await RecoverAsync(kind, round);
        await TouchAsync(); // a watch that has said something has not failed, and the next round begins like the first
    }

    /// <summary>Requests list things, too: that is their cast's.</summary>
    private static bool IsInformers(ApiCall call) => call.Query.Contains("limit=", StringComparison.Ordinal);

    /// <summary>Takes away what the operator publishes, and changes what it looks at.</summary>
    private async Task HappenAsync(int round)
    {
        await Task.WhenAll(
            DeleteAsync("configmaps", "kubewol-agents"),
            PatchAsync("kubewol.io/v1alpha1", "wakepolicies", $$$"""{"spec":{"rateLimits":{"perMachine":{"requests":{{{round + 1}}},"seconds":60} } } }"""),
            PatchAsync("kubewol.io/v1alpha1", "waketemplates", $$$"""{"spec":{"maxInstances":{{{round + 1}}} } }"""));
        await Eventually.BecomesTrueAsync("the operator publishes again", Patience, async () => await AgentConfigAsync() is not null, Cancel);
        // With another key what is published changes, too.
        await DeleteAsync("secrets", "kubewol-operator-key");
    }

    /// <summary>Something happens to each kind that is watched, so that every watch has an event to be cut in.</summary>
    private Task TouchAsync() => Task.WhenAll(
        TouchAsync("/api/v1/nodes/node-a"),
        TouchAsync(ApiPath.Of("", "v1", "pods", Installation.Namespace, "kubewol-agent-node-a")),
        Task.WhenAll(AddressShards.Names.Append(AgentConfig.Name).Select(name => TouchAsync(ApiPath.Of("", "v1", "configmaps", Installation.Namespace, name)))),
        TouchAsync(ApiPath.Of("", "v1", "secrets", Installation.Namespace, "kubewol-operator-key")),
        TouchAsync(ApiPath.Of("", "v1", "secrets", bed.Namespace, "kubewol-secureon")),
        TouchAsync(ApiPath.Of("kubewol.io", "v1alpha1", "wakepolicies", bed.Namespace, "fault-rounds")),
        TouchAsync(ApiPath.Of("kubewol.io", "v1alpha1", "waketemplates", bed.Namespace, "fault-rounds")),
        TouchAsync(ApiPath.Of("kubewol.io", "v1alpha1", "wakerequests", bed.Namespace, "fault-rounds")),
        TouchAsync(ApiPath.Of("kubevirt.io", "v1", "virtualmachines", bed.Namespace, "fault-rounds")),
        TouchAsync(ApiPath.Of("kubevirt.io", "v1", "virtualmachineinstances", bed.Namespace, "fault-rounds")),
        TouchAsync(ApiPath.Of("kubevirt.io", "v1", "virtualmachineinstancemigrations", bed.Namespace, "fault-rounds")));

    private async Task TouchAsync(string path)
    {
        try
        {
            var patch = $$$"""{"metadata":{"annotations":{"touched":"{{{++_touches}}}"} } }""";
            await bed.Cluster.Client.SendAsync(HttpMethod.Patch, path, System.Text.Encoding.UTF8.GetBytes(patch), new("application/merge-patch+json"), Cancel);
        }
        catch (ControllerRuntime.Cluster.ApiException e) when (e.IsNotFound)
        {
            // Deleted by the round itself, and about to be made again.
        }
    }

    private Task<byte[]> DeleteAsync(string plural, string name) =>
        bed.Cluster.Client.SendAsync(HttpMethod.Delete, ApiPath.Of("", "v1", plural, Installation.Namespace, name), null, null, Cancel);

    private async Task RecoverAsync(FaultKind kind, int round)
    {
        try
        {
            await Eventually.BecomesTrueAsync("all is as it should be", Patience, async () =>
                (await StatusAsync("wakepolicies")).Contains("observedGeneration", StringComparison.Ordinal) && await AgentConfigAsync() is { Data: { Count: > 0 } }, Cancel);
        }
        catch (TestClusterException e)
        {
            _wrong.Add($"{kind}, round {round}: {e.Message}");
        }
    }

    private Task<ConfigMap?> AgentConfigAsync() => bed.Cluster.Client.GetAsync(ConfigMap.Type, new ResourceKey(Installation.Namespace, "kubewol-agents"), Cancel);

    private async Task<string> StatusAsync(string plural) =>
        System.Text.Encoding.UTF8.GetString(await bed.Cluster.Client.SendAsync(HttpMethod.Get, ApiPath.Of("kubewol.io", "v1alpha1", plural, bed.Namespace, "fault-rounds"), null, null, Cancel));

    private Task<byte[]> PatchAsync(string api, string plural, string patch) => bed.Cluster.Client.SendAsync(
        HttpMethod.Patch, ApiPath.Of(api.Split('/')[0], api.Split('/')[1], plural, bed.Namespace, "fault-rounds"), System.Text.Encoding.UTF8.GetBytes(patch), new("application/merge-patch+json"), Cancel);
}
