using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.FaultProxy;
using KubeWol.Protocol;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd.ApiFaults;

/// <summary>
/// The machines that one kind of fault meets, and all that is asked of them: every verb, by frames and by requests. One call of each name that
/// concerns them gets the fault; everything ends as asked all the same, with one effect.
/// </summary>
internal sealed class FaultCast(Bed bed, RequestBoard board, FaultKind kind, Func<bool> hasLeaderEnded)
{
    private const string Events = "POST events";
    private const string CancelMove = "DELETE virtualmachineinstancemigrations";
    private const string CancelClone = "DELETE virtualmachineclones";

    /// <summary>The calls that concern machines and requests.</summary>
    private static readonly (string Caller, string Call)[] Calls =
    [
        ("kubewol-agent", "POST wakerequests"), ("kubewol-agent", "GET wakerequests"),
        .. ((string[])[
            "PATCH wakerequests/status", "DELETE wakerequests", Events, "PATCH waketemplates/status",
            "PUT virtualmachines/start", "PUT virtualmachines/stop", "PUT virtualmachineinstances/pause", "PUT virtualmachineinstances/unpause",
            "GET virtualmachines", "LIST virtualmachines", "POST virtualmachines", "PATCH virtualmachines", "DELETE virtualmachines",
            "POST virtualmachineinstancemigrations", CancelMove,
            "GET virtualmachineclones", "LIST virtualmachineclones", "POST virtualmachineclones", CancelClone,
            "GET virtualmachinesnapshots", "GET virtualmachinesnapshotcontents", "GET virtualmachinetemplates", "POST virtualmachinetemplates/process",
        ]).Select(call => ("kubewol-operator", call)),
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    /// <summary>A frame that is heard sooner after a request's end still belongs to it, as clocks of nodes may differ a little.</summary>
    private static readonly TimeSpan OneMessage = TimeSpan.FromSeconds(1.5);

    private readonly ConcurrentDictionary<string, bool> _heard = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly MacAddress _power = Bed.NextAddress();
    private readonly MacAddress _inline = Bed.NextClaimedAddress();
    private Dictionary<string, ActiveRule> _rules = [];
    private readonly string _mark = $"fault-{kind.ToString().ToLowerInvariant()}-";

    public IEnumerable<string> Wrong => _wrong;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>From now on one call of each name that concerns the cast gets the fault.</summary>
    public void Begin() => _rules = Calls.Where(c => Fault.CannotMeet(kind, c.Call.Split(' ')[0]) is null)
        .ToDictionary(c => c.Call, c => bed.Proxy.Add(new(kind) { Caller = c.Caller, Call = c.Call, When = Concerns, Times = 1 }));

    /// <summary>Makes what the cast begins with.</summary>
    public async Task SetUpAsync()
    {
        var slow = new Dictionary<string, string> { [StandInAnnotations.Migration] = "hangs" };
        await bed.Cluster.ApplyAsync(new(bed.Namespace, $"{_mark}power") { Mac = _power.ToString(), Labels = new Dictionary<string, string> { [Bed.Destroyable] = "yes" } }, Cancel);
        await bed.Cluster.ApplyAsync(bed.Machine($"{_mark}strategy") with { RunStrategy = "Always" }, Cancel);
        await bed.Cluster.ApplyAsync(bed.Machine($"{_mark}stuck") with { RunStrategy = "Always", Annotations = slow }, Cancel);
    }

    /// <summary>The templates and what they are made from, for kubectl.</summary>
    public string Manifests(int index) => $$"""
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {name: {{_mark}}golden, namespace: {{bed.Namespace}} }
        spec:
          runStrategy: Halted
          template: {spec: {domain: {devices: {interfaces: [{name: lan, masquerade: {} }]} }, networks: [{name: lan, pod: {} }]} }
        ---
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {name: {{_mark}}hanging, namespace: {{bed.Namespace}}, annotations: {standin.kubewol.io/clone: hangs} }
        spec:
          runStrategy: Halted
          template: {spec: {domain: {devices: {interfaces: [{name: lan, masquerade: {} }]} }, networks: [{name: lan, pod: {} }]} }
        ---
        apiVersion: snapshot.kubevirt.io/v1beta1
        kind: VirtualMachineSnapshot
        metadata: {name: {{_mark}}snapshot, namespace: {{bed.Namespace}} }
        spec: {source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: gone} }
        status: {readyToUse: true, virtualMachineSnapshotContentName: {{_mark}}content}
        ---
        apiVersion: snapshot.kubevirt.io/v1beta1
        kind: VirtualMachineSnapshotContent
        metadata: {name: {{_mark}}content, namespace: {{bed.Namespace}} }
        spec:
          source:
            virtualMachine: {metadata: {name: gone}, spec: {runStrategy: Halted, template: {spec: {domain: {devices: {interfaces: [{name: lan, masquerade: {} }]} }, networks: [{name: lan, pod: {} }]} } } }
        ---
        apiVersion: template.kubevirt.io/v1alpha1
        kind: VirtualMachineTemplate
        metadata: {name: {{_mark}}fedora, namespace: {{bed.Namespace}} }
        spec:
          parameters: [{name: NAME, required: true}]
          virtualMachine:
            metadata: {name: "${NAME}"}
            spec:
              runStrategy: Halted
              template: {spec: {domain: {memory: {guest: 64Mi}, devices: {interfaces: [{name: lan, masquerade: {} }]} }, networks: [{name: lan, pod: {} }]} }
        ---
        {{Template("copies", index, 0, $"clone: {{name: {_mark}golden}}")}}
        ---
        {{Template("hangs", index, 1, $"clone: {{name: {_mark}hanging}}")}}
        ---
        {{Template("restored", index, 2, $"clone: {{kind: VirtualMachineSnapshot, name: {_mark}snapshot}}")}}
        ---
        {{Template("processed", index, 3, $"virtualMachineTemplate: {{name: {_mark}fedora, parameters: {{NAME: {_mark}made-$(macHex)}}}}")}}
        ---

        """;

    /// <summary>Plays all of it.</summary>
    public async Task PlayAsync()
    {
        await Task.WhenAll(
            Guarded(PowerAsync), Guarded(StrategyAsync), Guarded(CreateAsync), Guarded(ClonesAsync), Guarded(() => CancelAsync(CancelMove, HangingMove)),
            Guarded(() => CancelAsync(CancelClone, seconds => Instantiate("hangs", seconds))));
        // Events are told one after the other, long after the work; those that a leader had not told when it ended are told by nobody.
        if (_rules.TryGetValue(Events, out var events) && events.Injected == 0)
        {
            await Guarded(async () =>
            {
                await ByRequestAsync(WakeReason.AlreadyActive, "strategy", new() { Action = WakeAction.Wake });
                await board.UntilAsync("an event is told", Patience, _ => events.Injected > 0);
            });
        }

        foreach (var (call, rule) in _rules.Where(r => r.Value.Injected == 0)) _wrong.Enqueue($"{kind}: {rule.Rule.Caller} {call} never met it");
    }

    /// <summary>Checks that each thing was done once: by what KubeVirt accepted and what the API server holds, not by what anybody was told.</summary>
    public void Count(IReadOnlyList<KubeVirtCall> accepted, IReadOnlyList<VirtualMachine> machines, IReadOnlyList<Migration> migrations, IReadOnlyList<VirtualMachineClone> clones)
    {
        Same("verbs for power", ["start", "pause", "unpause"], accepted.Where(c => c.Machine == $"{_mark}power").Select(c => c.Verb));
        Same("power, once destroyed", [], machines.Select(m => m.Metadata.Name).Where(name => name == $"{_mark}power"));
        // It runs again because its run strategy says so.
        Same("verbs for strategy", ["stop"], accepted.Where(c => c.Machine == $"{_mark}strategy").Select(c => c.Verb));
        Same("specs of strategy: made, stopped, placed, started", [4], machines.Where(m => m.Metadata.Name == $"{_mark}strategy").Select(m => m.Metadata.Generation));
        foreach (var template in (string[])["copies", "restored", "processed"])
            Same($"machines of {template}", [_mark + template], machines.Select(m => m.Metadata.Labels?.GetValueOrDefault("kubewol.io/template")).Where(made => made == _mark + template));
        Same("machines with the claimed address", [$"{_inline}"], machines.SelectMany(m => m.Spec?.Template?.Spec?.Domain?.Devices?.Interfaces ?? []).Select(i => i.MacAddress).Where(mac => mac == $"{_inline}"));

        // Who is told that there is no such thing, or that it is another one, has nothing left to cancel.
        if (kind is FaultKind.NoSuchObject or FaultKind.Conflict) return;
        var said = board.Now.Requests.Count(r => r.Metadata.Name.StartsWith(_mark, StringComparison.Ordinal) && r.Status!.Message!.Contains("could not be cancelled", StringComparison.Ordinal));
        var left = migrations.Count(m => m.Spec.VmiName == $"{_mark}stuck" && m.Metadata.DeletionTimestamp is null)
            + clones.Count(c => c.Spec?.Source?.Name == $"{_mark}hanging" && c.Metadata.DeletionTimestamp is null);
        // Who is told that there is no such kind cannot know whether there was anything to cancel.
        if (left > said) _wrong.Enqueue($"{kind}: migrations and clones left behind: {left}; said of {said}");
    }

    private void Same<T>(string what, IEnumerable<T> expected, IEnumerable<T> actual)
    {
        if (!expected.SequenceEqual(actual)) _wrong.Enqueue($"{kind}: {what}: expected {string.Join(", ", expected)}; found {string.Join(", ", actual)}");
    }

    /// <summary>What is cancelled at its deadline has to begin before it: on a busy machine it is asked for again, with more time.</summary>
    private async Task CancelAsync(string call, Func<int, WakeRequest> ask)
    {
        for (var seconds = 8; ; seconds *= 2)
        {
            await AskAsync(WakeReason.DeadlineExceeded, () => ask(seconds));
            if (seconds > 100 || !_rules.TryGetValue(call, out var rule) || rule.Injected > 0) return;
        }
    }

    private bool Concerns(ApiCall call)
    {
        if (new[] { call.Object, call.Query }.Any(text => text?.Contains(_mark, StringComparison.Ordinal) ?? false) || (call.Object is { } name && _heard.ContainsKey(name))) return true;
        if (!new[] { _mark, $"{_power}", $"{_inline}" }.Any(text => call.Body.Contains(text, StringComparison.OrdinalIgnoreCase))) return false;
        // Agents' requests, migrations and their like bear names that say nothing.
        if (call.Verb == "POST" && (string?)JsonNode.Parse(call.Body)!["metadata"]?["name"] is { } made) _heard[made] = true;
        return true;
    }

    private async Task PowerAsync()
    {
        await ByFrameAsync(WakeReason.Started, _power, () => Magic(WakeAction.Wake, _power));
        await ByFrameAsync(WakeReason.Paused, _power, () => Magic(WakeAction.Sleep, _power));
        await ByRequestAsync(WakeReason.Unpaused, "power", new() { Action = WakeAction.Wake });
        await ByRequestAsync(WakeReason.Moved, "power", new() { Action = WakeAction.Move });
        // They go with their machine.
        Same("migrations of power", ["Succeeded"], (await bed.Cluster.MigrationsAsync(Cancel)).Where(m => m.Spec.VmiName == $"{_mark}power").Select(m => m.Status?.Phase));
        await ByFrameAsync(WakeReason.Destroyed, _power, () => bed.Commands.Frame(WakeAction.Destroy, _power));
    }

    /// <summary>A run strategy that is kept through a stop, a place for the next start, and a request that is forgotten.</summary>
    private async Task StrategyAsync()
    {
        await board.UntilAsync($"{_mark}strategy runs", Patience, p => p.State($"{_mark}strategy") == "Running");
        await ByRequestAsync(WakeReason.Stopped, "strategy", new() { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Stop } });
        await ByRequestAsync(WakeReason.Placed, "strategy", new() { Action = WakeAction.Move, Move = new() { NodeName = "node-b" } });
        await ByRequestAsync(WakeReason.Started, "strategy", new() { Action = WakeAction.Wake });
        var forgotten = Ask(new() { Action = WakeAction.Wake, Target = new() { Name = $"{_mark}strategy" }, TtlSecondsAfterFinished = 1 }, "forgotten");
        await bed.Cluster.Client.CreateAsync(WakeRequest.Type, forgotten, Cancel);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        await TestCluster.Eventually.BecomesTrueAsync($"{forgotten.Metadata.Name} is deleted", Patience, async () =>
        {
            await pace.WaitForNextTickAsync(Cancel);
            return await bed.Cluster.Client.GetAsync(WakeRequest.Type, new(bed.Namespace, forgotten.Metadata.Name), Cancel) is null;
        }, Cancel);
    }

    private Task CreateAsync() => ByFrameAsync(WakeReason.Instantiated, _inline, () => Magic(WakeAction.Wake, _inline));

    private Task ClonesAsync() => Task.WhenAll(((string[])["copies", "restored", "processed"]).Select(template => AskAsync(WakeReason.Instantiated, () => Instantiate(template, 600))));

    private WakeRequest Instantiate(string template, int deadline) => Ask(
        new() { Action = WakeAction.Instantiate, Target = new() { MacAddress = Bed.NextAddress().ToString() }, Instantiate = new() { Template = _mark + template }, DeadlineSeconds = deadline }, template);

    private WakeRequest HangingMove(int seconds) => Ask(new() { Action = WakeAction.Move, Target = new() { Name = $"{_mark}stuck" }, DeadlineSeconds = seconds }, "stuck");

    private Task ByRequestAsync(WakeReason expected, string machine, WakeRequestSpec spec) =>
        AskAsync(expected, () => Ask(spec with { Target = new() { Name = _mark + machine } }, machine));

    /// <summary>A request with a name of its own.</summary>
    private WakeRequest Ask(WakeRequestSpec spec, string about) => new()
    {
        Metadata = new() { Namespace = bed.Namespace, Name = $"{_mark}{about}-{spec.Action}-{Guid.NewGuid().ToString("N")[..8]}".ToLowerInvariant() }, Spec = spec,
    };

    private async Task AskAsync(WakeReason expected, Func<WakeRequest> ask)
    {
        for (var again = 0; ; again++)
        {
            var request = ask();
            await bed.Cluster.Client.CreateAsync(WakeRequest.Type, request, Cancel);
            WakeRequest? ended = null;
            await board.UntilAsync($"{request.Metadata.Name} ends", Patience, p => (ended = p.Request(request.Metadata.Name))?.IsFinished() == true);
            if (Judge(expected, ended!, again)) return;
        }
    }

    private async Task ByFrameAsync(WakeReason expected, MacAddress address, Func<byte[]> frame)
    {
        for (var again = 0; ; again++)
        {
            var before = board.Now.For(address).Count;
            bed.SendFrame(frame());
            IReadOnlyList<WakeRequest> now = [];
            await board.UntilAsync($"{kind}: a frame for {expected} of {address} has a request that ended", Patience, p => (now = p.For(address)).Count > before && now.All(r => r.IsFinished()));
            if (now.Count != before + 1) _wrong.Enqueue($"{kind}: one frame for {expected} had {now.Count - before} requests");
            var ended = now.MaxBy(r => r.Status!.CompletedAt)!;
            if (Judge(expected, ended, again)) return;
            await board.UntilAsync($"a frame is another message than {ended.Metadata.Name}", Patience, _ => DateTimeOffset.UtcNow > ended.Status!.CompletedAt + OneMessage);
        }
    }

    /// <summary>True when it is over. What the API server says that would be final if it were true is refused by name, and asked for once more.</summary>
    private bool Judge(WakeReason expected, WakeRequest ended, int again)
    {
        var status = ended.Status!;
        if (status.Reason == expected) return true;
        // A leader that ended between the deed and its report: its follower finds it done. That it was done once is counted all the same.
        if (hasLeaderEnded() && status.Reason is (WakeReason.AlreadyActive or WakeReason.AlreadyInactive or WakeReason.AlreadyThere or WakeReason.AlreadyGone)) return true;
        var isFinalIfTrue = kind switch
        {
            FaultKind.Invalid => status.Reason is WakeReason.Refused or WakeReason.TemplateNotUsable,
            FaultKind.Forbidden => status.Reason is WakeReason.Forbidden, // twice within one request, and that is some seconds old
            FaultKind.NotServed or FaultKind.NoSuchObject => status.Reason is WakeReason.TemplateNotUsable,
            FaultKind.Conflict => status.Reason is WakeReason.TemplateNotUsable or WakeReason.MigrationFailed, // it is there, and then it is not
            // The API group that templates are of is asked about for nobody in particular: each cast may meet any fault there.
            _ => status.Reason is WakeReason.TemplateNotUsable && ended.Metadata.Name.StartsWith($"{_mark}processed", StringComparison.Ordinal),
        };
        if (isFinalIfTrue && again < 4) return false;
        _wrong.Enqueue($"{kind}: {ended.Metadata.Name} was to end as {expected} and ended as {status.Reason} ({status.Operation}): {status.Message}");
        return true;
    }

    private async Task Guarded(Func<Task> play)
    {
        try
        {
            await play();
        }
        catch (Exception e) when (e is TestCluster.TestClusterException or ControllerRuntime.Cluster.ApiException)
        {
            _wrong.Enqueue($"{kind}: {e.Message}");
        }
    }

    private static byte[] Magic(WakeAction verb, MacAddress target) => new WolFrameBuilder
    {
        Transport = WolTransport.UdpV4, DestinationPort = (ushort)Bed.WirePorts.GetValueOrDefault(verb, 9),
    }.Build(MagicPacket.Build(target));

    private string Template(string name, int index, int which, string source) => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakeTemplate
        metadata: {name: {{_mark}}{{name}}, namespace: {{bed.Namespace}} }
        spec: {macAddresses: {prefixes: ["52:54:f{{which}}:{{index:x2}}"]}, {{source}} }
        """;
}
