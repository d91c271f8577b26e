using System.Text.RegularExpressions;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.Verbs.Chaos;

/// <summary>What must be true once nothing breaks any more. All that is not is told, not only the first.</summary>
internal sealed partial class Verdict(Bed bed, Cast cast, Func<IReadOnlyList<RunningProgram>> programs)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>How late a request may end: nobody may have been there to end it.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(45);

    /// <summary>Nothing that breaks here may come out as these.</summary>
    private static readonly WakeReason[] Impossible =
    [
        WakeReason.Forbidden, WakeReason.Refused, WakeReason.TemplateNotUsable, WakeReason.AmbiguousTemplate, WakeReason.AmbiguousTarget, WakeReason.InvalidParameters,
        WakeReason.UnsupportedAction, WakeReason.PlacementConflict, WakeReason.NotMigratable, WakeReason.NotStartable, WakeReason.TooManyInstances,
        WakeReason.AmbiguousMessage, WakeReason.VerbNotAllowed, WakeReason.OriginNotAllowed, WakeReason.ProofMissing, WakeReason.BadSignature, WakeReason.StaleCommand,
        WakeReason.ReplayedCommand, WakeReason.RateLimited,
    ];

    private readonly List<string> _wrong = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task PassAsync()
    {
        var requests = await EndedAsync();
        var machines = await SettledAsync();
        foreach (var request in requests) Judge(request, requests);
        foreach (var machine in machines) Judge(machine, [.. requests.Where(r => r.Status?.VirtualMachine?.Uid == machine.Metadata.Uid)]);
        JudgeAddresses(machines);
        await JudgeLeftoversAsync(requests);
        await JudgeStrategiesAsync();
        foreach (var program in programs()) Judge(program);
        Assert.True(_wrong.Count == 0, string.Join(Environment.NewLine, _wrong));
    }

    private async Task<IReadOnlyList<WakeRequest>> EndedAsync()
    {
        IReadOnlyList<WakeRequest> requests = [];
        try
        {
            // Twice in a row: an agent may still have had one to write.
            var calm = 0;
            await Eventually.BecomesTrueAsync("every request is finished", Patience, async () =>
            {
                var before = requests.Count;
                requests = await bed.Cluster.RequestsAsync(Cancel);
                calm = requests.Count == before && requests.All(r => r.IsFinished()) ? calm + 1 : 0;
                return calm > 40;
            }, Cancel);
        }
        catch (TestClusterException)
        {
            // The judgement names them.
        }

        return requests;
    }

    private async Task<IReadOnlyList<VirtualMachine>> SettledAsync()
    {
        IReadOnlyList<VirtualMachine> machines = [];
        try
        {
            await Eventually.BecomesTrueAsync("every machine has come to rest", async () =>
                (machines = await bed.Cluster.MachinesAsync(Cancel)).All(m => m.Status?.PrintableStatus is "Running" or "Paused" or "Stopped" && m.Metadata.DeletionTimestamp is null), Cancel);
        }
        catch (TestClusterException)
        {
            _wrong.Add($"not at rest: {string.Join(", ", machines.Where(m => m.Status?.PrintableStatus is not ("Running" or "Paused" or "Stopped")).Select(m => $"{m.Metadata.Name} {m.Status?.PrintableStatus}"))}");
        }

        return machines;
    }

    private void Judge(WakeRequest request, IReadOnlyList<WakeRequest> all)
    {
        var status = request.Status;
        Expect(request.IsFinished() && status is { Reason: not (null or WakeReason.Unknown), Message.Length: > 0 }, "has not ended, or without a reason", request);
        // A machine that is deleted and made again is not there for a moment, and no template claims its address.
        var isMissed = status is { Reason: WakeReason.TemplateNotUsable, Message: { } words } && words.StartsWith("no WakeTemplate", StringComparison.Ordinal);
        Expect(status?.Reason is not { } reason || isMissed || !Impossible.Contains(reason), "has no reason to end like this", request);
        var deadline = request.Metadata.CreationTimestamp + TimeSpan.FromSeconds(request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds) + Outage;
        Expect(status?.CompletedAt is null || status.CompletedAt < deadline, "ended long after its deadline", request);
        if (status?.Reason != WakeReason.Superseded) return;
        var other = SupersededBy().Match(status.Message ?? "").Groups[1].Value;
        Expect(all.Any(r => $"{r.Metadata.Namespace}/{r.Metadata.Name}" == other), "was superseded by nobody known", request);
    }

    /// <summary>The last one that had an effect explains the machine's state.</summary>
    private void Judge(VirtualMachine machine, IReadOnlyList<WakeRequest> requests)
    {
        var powers = requests.Where(r => r.Status is { Action: not WakeAction.Move, CompletedAt: not null }).OrderBy(r => r.Status!.CompletedAt).ToList();
        var last = powers.LastOrDefault(r => r.Status!.Phase == WakePhase.Succeeded || r.Status.Operation != WakeOperation.None);
        if (last?.Status!.Phase != WakePhase.Succeeded) return; // what failed after it had begun may have left anything behind
        var state = machine.Status?.PrintableStatus;
        var explained = (last.Status.Action, last.Spec.Sleep?.Mode) switch
        {
            (WakeAction.Wake or WakeAction.Instantiate, _) => state == "Running",
            (WakeAction.Sleep, SleepMode.Stop) => state == "Stopped",
            (WakeAction.Sleep, _) => state is "Paused" or "Stopped",
            _ => false,
        };
        Expect(explained, $"does not explain that {machine.Metadata.Name} is {state}", last);

        // The last that was asked for has the last word, unless another came to us only after it had ended.
        var spoken = powers.Where(r => r.Status!.Phase == WakePhase.Succeeded).MaxBy(r => (AskedAt(r), r.Status!.Sequence))!;
        if (spoken != last && (spoken.Status!.Action == WakeAction.Sleep) != (last.Status.Action == WakeAction.Sleep))
            Expect(last.Metadata.CreationTimestamp?.AddSeconds(1) > spoken.Status.CompletedAt, $"had the last word on {machine.Metadata.Name} instead of {spoken.Metadata.Name}", last);
    }

    private void JudgeAddresses(IReadOnlyList<VirtualMachine> machines)
    {
        foreach (var twice in machines.GroupBy(m => m.Spec?.Template?.Spec?.Domain?.Devices?.Interfaces is [{ MacAddress: { } mac }, ..] ? MacAddress.Parse(mac) : default).Where(g => g.Key != default && g.Count() > 1))
            _wrong.Add($"{string.Join(" and ", twice.Select(m => m.Metadata.Name))} have the address {twice.Key}");
    }

    private async Task JudgeLeftoversAsync(IReadOnlyList<WakeRequest> requests)
    {
        var moves = requests.Where(r => r.Status?.Action == WakeAction.Move).Select(r => $"kubewol-{r.Metadata.Uid}").ToHashSet();
        foreach (var migration in await bed.Cluster.MigrationsAsync(Cancel))
        {
            if (!moves.Contains(migration.Metadata.Name)) _wrong.Add($"migration {migration.Metadata.Name} belongs to no Move");
            if (migration.Status?.Phase is not ("Succeeded" or "Failed")) _wrong.Add($"migration {migration.Metadata.Name} of {migration.Spec.VmiName} is left in {migration.Status?.Phase}");
        }

        var clones = await bed.Cluster.Kubectl.OutputAsync(["get", "virtualmachineclones", "-A", "-o", "jsonpath={range .items[*]}{.metadata.name} {.status.phase}{\"\\n\"}{end}"], Cancel);
        _wrong.AddRange(clones.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(c => !c.EndsWith(" Succeeded", StringComparison.Ordinal)).Select(c => $"clone left: {c}"));
    }

    /// <summary>No fault of ours in the log, and nothing done twice for one request by the same process while the first might still show.</summary>
    private void Judge(RunningProgram program)
    {
        var issued = new Dictionary<string, TimeSpan>();
        foreach (var line in program.Process.Lines)
        {
            if (Bugs().IsMatch(line)) _wrong.Add($"{program.Process.Name}: {line}");
            if (Unreported().Match(line) is { Success: true } lost)
            {
                foreach (var key in issued.Keys.Where(k => k.EndsWith($" {lost.Groups[1].Value}", StringComparison.Ordinal)).ToList()) issued.Remove(key);
            }

            if (Accepted().Match(line) is not { Success: true } done) continue;
            var at = TimeSpan.Parse(done.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
            var what = $"{done.Groups[2].Value} {done.Groups[3].Value}";
            if (issued.TryGetValue(what, out var before) && (at - before).Duration() < TimeSpan.FromSeconds(14.5)) _wrong.Add($"{program.Process.Name} did it again after {at - before}: {line}");
            issued[what] = at;
        }
    }

    /// <summary>All machines can still be woken, and then have the strategies that they had.</summary>
    private async Task JudgeStrategiesAsync()
    {
        await Task.WhenAll((await bed.Cluster.MachinesAsync(Cancel)).Where(m => m.Metadata.Name != "golden").Select(async machine =>
        {
            var name = machine.Metadata.Name;
            var strategy = cast.StrategyOf(name);
            if (strategy is "Manual" or "RerunOnFailure" && machine.Spec?.RunStrategy != strategy && name != "start-as-manual") _wrong.Add($"{name} was {strategy} and is {machine.Spec?.RunStrategy}");
            var woken = await bed.AskAsync(bed.Namespace, new WakeTarget { Name = name });
            Expect(woken.Status!.Phase == WakePhase.Succeeded, "did not succeed in peace", woken);
            var now = (await bed.Cluster.MachineAsync(new(bed.Namespace, name), Cancel))?.Spec?.RunStrategy;
            if (now != strategy) _wrong.Add($"{name} should be {strategy}, and is {now}");
        }));
    }

    private void Expect(bool condition, string otherwise, WakeRequest request)
    {
        if (condition) return;
        var status = request.Status;
        _wrong.Add($"{status?.Action ?? request.Spec.Action} {request.Metadata.Name} {otherwise}: {status?.Phase} {status?.Reason} {status?.Operation}, completed {status?.CompletedAt:HH:mm:ss.fff}: {status?.Message}");
    }

    /// <summary>A frame is no younger than its request.</summary>
    private static DateTimeOffset AskedAt(WakeRequest request)
    {
        var created = request.Metadata.CreationTimestamp!.Value;
        return request.Spec.Frame?.CapturedAt is { } captured && captured < created.AddSeconds(1) ? captured : created;
    }

    [GeneratedRegex(@"the later WakeRequest (\S+) \(")]
    private static partial Regex SupersededBy();

    [GeneratedRegex("Unhandled|NullReferenceException|InvalidOperationException|ArgumentException|ArgumentOutOfRangeException|ArgumentNullException|KeyNotFoundException|InvalidCastException|ObjectDisposedException|IndexOutOfRangeException|gave up on")]
    private static partial Regex Bugs();

    /// <summary>What was done could not be reported, and will be found out again.</summary>
    [GeneratedRegex(@"wakerequests (?:failed|lost a race) on (\S+),")]
    private static partial Regex Unreported();

    [GeneratedRegex(@"^(\S+) .*\[210\] (\S+) of \S* for (\S+): Accepted")]
    private static partial Regex Accepted();
}
