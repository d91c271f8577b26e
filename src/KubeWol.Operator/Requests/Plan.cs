using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>What is to be done about a request now. An executor carries it out; it knows no policy.</summary>
internal abstract record Plan(WakeReason Reason)
{
    /// <summary>Do something to the machine, then wait for <see cref="Plan.Reason"/>.</summary>
    public sealed record Act(WakeOperation Operation, WakeReason Reason) : Plan(Reason);

    /// <summary>Nothing now; a change of the machine, or <paramref name="Look"/>, brings the request back.</summary>
    public sealed record Wait(WakeReason Reason, TimeSpan Look) : Plan(Reason);

    /// <summary>The machine is in the wanted state.</summary>
    public sealed record Done(WakeReason Reason) : Plan(Reason);

    /// <summary>The request will not be fulfilled. A migration, or a clone, that it began and that is still under way is cancelled first.</summary>
    public sealed record Refuse(WakeReason Reason, bool CancelMigration = false, bool CancelCreation = false) : Plan(Reason);
}
