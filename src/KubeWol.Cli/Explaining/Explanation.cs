using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;

namespace KubeWol.Cli.Explaining;

/// <summary>What would become of a frame: who says what, and what would be done.</summary>
/// <param name="Reading">What the operator would read.</param>
/// <param name="Plan">What it would do.</param>
/// <param name="Says">What each policy says for itself.</param>
internal sealed record Explanation(Reading Reading, Plan Plan, IReadOnlyList<PolicySays> Says)
{
    /// <summary>What the frame is taken to ask for.</summary>
    public WakeAction Action => Reading.Intent.Action;

    public bool IsAllowed => Plan is not Operator.Requests.Plan.Refuse;

    /// <summary>There is nothing that policies could have a say in.</summary>
    public bool IsUnknown => Reading.Judgement is null;

    /// <summary>Asks the operator's judge.</summary>
    public static Explanation Of(Judge judge, WakeRequest request)
    {
        var reading = judge.Reader.Read(request);
        // A machine that is just being created is waited for; here is nobody who waits.
        var plan = VerbTable.Decide(reading.Situation with { Age = VerbTable.SearchTime });
        return new(reading, plan, reading.Judgement is null ? [] : [.. Policies(judge, reading).Select(policy => Ask(judge, reading, policy))]);
    }

    /// <summary>What would be done, in a sentence.</summary>
    public string Deed() => Plan switch
    {
        Plan.Act act => $"{Subject} would be {Participle(act.Operation)}",
        Plan.Wait => $"it would wait: {Words}",
        Plan.Done => $"nothing would be done: {Words}",
        _ => Words,
    };

    public JsonObject ToJson() => new()
    {
        ["action"] = Action.ToString(),
        ["allowed"] = IsAllowed,
        ["reason"] = Plan.Reason.ToString(),
        ["message"] = Deed(),
        ["machine"] = Reading.Machine is { } machine ? new JsonObject { ["namespace"] = machine.Object.Metadata.Namespace, ["name"] = machine.Object.Metadata.Name, ["state"] = machine.PrintableStatus } : null,
        ["policies"] = new JsonArray([.. Says.Select(s => new JsonObject { ["policy"] = s.Policy, ["allows"] = s.Refusal is null, ["reason"] = s.Refusal?.ToString(), ["message"] = s.Words })]),
    };

    private string Subject => Reading.Machine is { } machine ? Messages.Name(machine) : "a machine";

    private string Words => Messages.For(Reading, new Deed(Plan, TimeSpan.Zero), everywhere: true);

    private static IEnumerable<WakePolicy> Policies(Judge judge, Reading reading) => reading switch
    {
        { Machine: { } machine } => judge.Book.For(machine.Object),
        _ when judge.Templates.Claiming(reading.Request, null) is [var template] => judge.Book.For(template),
        _ => [],
    };

    /// <summary>One policy, as if it were alone; the meaning of the frame is that which all of them give it.</summary>
    private static PolicySays Ask(Judge judge, Reading reading, WakePolicy policy)
    {
        var machine = reading.Machine is { } known ? ResourceKey.Of(known.Object) : new(policy.Metadata.Namespace, reading.Request.Spec.Target.MacAddress!);
        var frame = reading.Request.Spec.Frame!;
        var said = frame.Command is null ? reading.Intent.Action : (WakeAction?)null;
        var judged = PolicyTable.Judge(new(frame, Said: said), [policy], judge.EvidenceOf(reading.Request, machine));
        return new(DefaultPolicy.Is(policy) ? null : ResourceKey.Of(policy).ToString(), judged.Refusal, judged.Words);
    }

    private static string Participle(WakeOperation operation) => operation switch
    {
        WakeOperation.Start => "started",
        WakeOperation.Unpause => "unpaused",
        WakeOperation.Pause => "paused",
        WakeOperation.Stop => "shut down",
        WakeOperation.Create => "created, and started",
        WakeOperation.LiveMigrate => "migrated live",
        WakeOperation.Place => "placed for its next start",
        WakeOperation.Delete => "deleted",
        _ => operation.ToString(),
    };
}

/// <summary>What a policy says of a frame.</summary>
/// <param name="Policy">Its namespace and name; null for the operator's default.</param>
/// <param name="Refusal">Why it does not allow it; null where it does.</param>
/// <param name="Words">The same for people.</param>
internal sealed record PolicySays(string? Policy, WakeReason? Refusal, string Words);
