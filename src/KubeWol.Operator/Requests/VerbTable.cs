using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests.Verbs;

namespace KubeWol.Operator.Requests;

/// <summary>The whole judgement of the operator: a pure function from the situation to a plan.</summary>
internal static class VerbTable
{
    /// <summary>How long a target that nobody has is looked for, in case its machine is just being created.</summary>
    public static readonly TimeSpan SearchTime = TimeSpan.FromSeconds(5);

    /// <summary>How long an accepted operation may leave no trace before it is issued again: KubeVirt's watch normally shows it within a second.</summary>
    public static readonly TimeSpan TraceTime = TimeSpan.FromSeconds(15);

    /// <summary>How old a request is before a denied right ends it.</summary>
    public static readonly TimeSpan DeniedTime = TimeSpan.FromSeconds(5);

    /// <summary>How often a waiting request is looked at even if nothing changed, against a notice that was missed.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    public static Plan Decide(in Situation now)
    {
        var plan = now switch
        {
            { Refusal: { } refusal } => new Plan.Refuse(refusal),
            { Action: WakeAction.Unknown } or { Action: WakeAction.Sleep, Sleep: SleepMode.Unknown } => new Plan.Refuse(WakeReason.UnsupportedAction),
            { Turn: Turn.SameBroadcast } => new Plan.Refuse(WakeReason.SameBroadcast),
            { Found: 0 } => Missing(now),
            { Found: > 1 } => new Plan.Refuse(WakeReason.AmbiguousTarget),
            { Turn: Turn.Superseded } => new Plan.Refuse(WakeReason.Superseded),
            { Turn: Turn.Others } => Wait(WakeReason.WaitingForTurn),
            { Action: WakeAction.Sleep } => Sleeping.Decide(now),
            { Action: WakeAction.Move } => Moving.Decide(now),
            { Action: WakeAction.Destroy } => Destroying.Decide(now),
            _ => Waking.Decide(now), // to instantiate what exists is to wake it
        };
        return plan switch
        {
            Plan.Act or Plan.Wait when now.Age >= now.Deadline => new Plan.Refuse(
                WakeReason.DeadlineExceeded, CancelMigration: now.Movement.Migration is MigrationProgress.Scheduling or MigrationProgress.InFlight,
                // Whoever would be creating may have done so, although no answer came.
                CancelCreation: now is { Found: 0, Created: true, HadMachine: false } or { Found: 0, Claim.Templates: 1 }),
            Plan.Wait wait => wait with { Look = Min(wait.Look, now.Deadline - now.Age) },
            _ => plan,
        };
    }

    internal static Plan.Wait Wait(WakeReason reason) => new(reason, LookAgain);

    /// <summary>
    /// Does something once: what was accepted is not sent again while the cache may simply not show it yet. Where the answer was lost there is nothing to
    /// wait for; before it is done again the machine is read (KubeVirtMachines).
    /// </summary>
    internal static Plan Issue(WakeOperation operation, WakeReason reason, in Situation now) => now is { IsUnanswered: false } && now.Issued == operation && now.SinceIssued < TraceTime
        ? new Plan.Wait(reason, Min(LookAgain, TraceTime - now.SinceIssued))
        : new Plan.Act(operation, reason);

    private static Plan Missing(in Situation now) => now switch
    {
        // Creating again what was created finds out what became of it: a clone takes its time, and may fail.
        { Created: true, HadMachine: false } => Issue(WakeOperation.Create, WakeReason.WaitingForCreation, now),
        { Action: WakeAction.Destroy, Issued: WakeOperation.Delete } => new Plan.Done(WakeReason.Destroyed),
        { Issued: not WakeOperation.None } => new Plan.Refuse(WakeReason.TargetVanished),
        { Turn: Turn.Superseded } => new Plan.Refuse(WakeReason.Superseded), // somebody wanted it gone since
        { Action: WakeAction.Wake or WakeAction.Instantiate, Claim.Templates: > 1 } => new Plan.Refuse(WakeReason.AmbiguousTemplate),
        { Action: WakeAction.Wake or WakeAction.Instantiate, Claim: { Templates: 1, Problem: { } problem } } => new Plan.Refuse(problem),
        { Action: WakeAction.Wake or WakeAction.Instantiate, Claim.Templates: 1 } => new Plan.Act(WakeOperation.Create, WakeReason.WaitingForCreation),
        _ when now.Age < SearchTime => new Plan.Wait(WakeReason.LookingForTarget, Min(LookAgain, SearchTime - now.Age)),
        { Action: WakeAction.Destroy } => new Plan.Done(WakeReason.AlreadyGone),
        { HadMachine: true } => new Plan.Refuse(WakeReason.TargetVanished),
        { Action: WakeAction.Instantiate } => new Plan.Refuse(WakeReason.TemplateNotUsable),
        _ => new Plan.Refuse(WakeReason.UnknownTarget),
    };

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
