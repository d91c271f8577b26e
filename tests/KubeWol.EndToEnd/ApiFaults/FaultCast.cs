using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.FaultProxy;
using KubeWol.Protocol;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd.ApiFaults;

/// <summary>
/// The machines that one kind of fault meets, and all that is asked of them: every verb, by frames and by requests. The first call of each name that
/// concerns them gets the fault; everything ends as asked all the same, with one effect.
/// </summary>
internal sealed class FaultCast(Bed bed, RequestBoard board, FaultKind kind)
{
    /// <summary>Seconds after which what hangs is cancelled.</summary>
    private const int HangTime = 25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly ConcurrentDictionary<string, bool> _heard = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly MacAddress _power = Bed.NextAddress();
    private readonly MacAddress _inline = Bed.NextClaimedAddress();
    private readonly string _mark = $"fault-{kind.ToString().ToLowerInvariant()}-";

    public IEnumerable<string> Wrong => _wrong;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Whether a call is about this cast.</summary>
    public bool Concerns(ApiCall call)
    {
        if (call.Body.Contains($"{_power}", StringComparison.OrdinalIgnoreCase) || call.Body.Contains($"{_inline}", StringComparison.OrdinalIgnoreCase))
        {
            // What agents ask for bears a name that says nothing.
            if (call.Name == "POST wakerequests") _heard[(string)JsonNode.Parse(call.Body)!["metadata"]!["name"]!] = true;
            return true;
        }

        return new[] { call.Object, call.Query, call.Body }.Any(text => text?.Contains(_mark, StringComparison.Ordinal) ?? false) || (call.Object is { } name && _heard.ContainsKey(name));
    }

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
        // What is cancelled at its deadline has to begin before it, however busy the machine is with the rest.
        var (move, clone) = (HangingMove(), Instantiate("hangs", HangTime));
        await Task.WhenAll(Guarded(() => BeginAsync(move)), Guarded(() => BeginAsync(clone)));
        await Task.WhenAll(
            Guarded(PowerAsync), Guarded(StrategyAsync), Guarded(CreateAsync), Guarded(ClonesAsync),
            Guarded(() => EndAsync(WakeReason.DeadlineExceeded, move)), Guarded(() => EndAsync(WakeReason.DeadlineExceeded, clone)));
    }

    /// <summary>Checks that each thing was done once: by what reached the API server, not by what anybody was told.</summary>
    public void Count(IReadOnlyList<AnsweredWrite> writes)
    {
        var done = writes.Where(w => w.IsDone && w.Call.Caller == "kubewol-operator").ToList();
        (string Call, string Machine, int Times)[] expected =
        [
            ("PUT virtualmachines/start", "power", 1), ("PUT virtualmachineinstances/pause", "power", 1), ("PUT virtualmachineinstances/unpause", "power", 1),
            ("DELETE virtualmachines", "power", 1), ("PUT virtualmachines/stop", "strategy", 1),
        ];
        foreach (var (call, machine, times) in expected)
        {
            var count = done.Count(w => w.Call.Name == call && w.Call.Object == _mark + machine);
            if (count != times) _wrong.Enqueue($"{kind}: {call} of {_mark}{machine} had {count} effects instead of {times}");
        }

        // A migration and a machine have a name each that nobody has again.
        foreach (var twice in done.Where(w => w.Call.Verb == "POST" && w.Call.Resource is "virtualmachines" or "virtualmachineinstancemigrations" && Concerns(w.Call)).GroupBy(w => w.Call.Body).Where(g => g.Count() > 1))
            _wrong.Enqueue($"{kind}: created {twice.Count()} times: {twice.Key}");
    }

    private async Task PowerAsync()
    {
        await ByFrameAsync(WakeReason.Started, _power, () => Magic(WakeAction.Wake, _power));
        await ByFrameAsync(WakeReason.Paused, _power, () => Magic(WakeAction.Sleep, _power));
        await ByRequestAsync(WakeReason.Unpaused, "power", new() { Action = WakeAction.Wake });
        await ByRequestAsync(WakeReason.Moved, "power", new() { Action = WakeAction.Move });
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

    private Task ClonesAsync() => Task.WhenAll(((string[])["copies", "restored", "processed"]).Select(template => AskAsync(WakeReason.Instantiated, () => Instantiate(template, 120))));

    private WakeRequest Instantiate(string template, int deadline) => Ask(
        new() { Action = WakeAction.Instantiate, Target = new() { MacAddress = Bed.NextAddress().ToString() }, Instantiate = new() { Template = _mark + template }, DeadlineSeconds = deadline }, template);

    private WakeRequest HangingMove() => Ask(new() { Action = WakeAction.Move, Target = new() { Name = $"{_mark}stuck" }, DeadlineSeconds = HangTime }, "stuck");

    private Task ByRequestAsync(WakeReason expected, string machine, WakeRequestSpec spec) =>
        AskAsync(expected, () => Ask(spec with { Target = new() { Name = _mark + machine } }, machine));

    /// <summary>A request with a name of its own.</summary>
    private WakeRequest Ask(WakeRequestSpec spec, string about) => new()
    {
        Metadata = new() { Namespace = bed.Namespace, Name = $"{_mark}{about}-{spec.Action}-{Guid.NewGuid().ToString("N")[..8]}".ToLowerInvariant() }, Spec = spec,
    };

    private async Task BeginAsync(WakeRequest request)
    {
        if (request.Spec.Target.Name is { } machine) await board.UntilAsync($"{machine} runs", Patience, p => p.State(machine) == "Running");
        await bed.Cluster.Client.CreateAsync(WakeRequest.Type, request, Cancel);
        await board.UntilAsync($"{request.Metadata.Name} begins", Patience, p => p.Request(request.Metadata.Name)?.Status?.Operation is not (null or WakeOperation.None));
    }

    private async Task AskAsync(WakeReason expected, Func<WakeRequest> ask)
    {
        for (var again = 0; ; again++)
        {
            var request = ask();
            await bed.Cluster.Client.CreateAsync(WakeRequest.Type, request, Cancel);
            if (await EndAsync(expected, request, again)) return;
        }
    }

    private async Task<bool> EndAsync(WakeReason expected, WakeRequest request, int again = 0)
    {
        WakeRequest? ended = null;
        await board.UntilAsync($"{request.Metadata.Name} ends", Patience, p => (ended = p.Request(request.Metadata.Name))?.IsFinished() == true);
        return Judge(expected, ended!, again);
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
            if (Judge(expected, now.MaxBy(r => r.Status!.CompletedAt)!, again)) return;
        }
    }

    /// <summary>True when it is over. What the API server says that would be final if it were true is refused by name, and asked for once more.</summary>
    private bool Judge(WakeReason expected, WakeRequest ended, int again)
    {
        var status = ended.Status!;
        if (status.Reason == expected) return true;
        if (again < 4 && kind switch
        {
            FaultKind.Invalid => status.Reason is WakeReason.Refused or WakeReason.TemplateNotUsable,
            FaultKind.Forbidden => status.Reason is WakeReason.Forbidden, // twice within one request, and that is some seconds old
            FaultKind.NotServed or FaultKind.NoSuchObject => status.Reason is WakeReason.TemplateNotUsable,
            FaultKind.Conflict => status.Reason is WakeReason.TemplateNotUsable or WakeReason.MigrationFailed, // it is there, and then it is not
            _ => false,
        })
        {
            return false;
        }

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
