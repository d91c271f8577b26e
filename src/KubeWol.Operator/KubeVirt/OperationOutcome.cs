using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.KubeVirt;

/// <summary>What became of asking KubeVirt for an operation.</summary>
internal abstract record OperationOutcome
{
    /// <summary>KubeVirt took it on. That does not mean that it is done.</summary>
    public sealed record Accepted : OperationOutcome
    {
        /// <summary>The machine that is being created; null where there was one.</summary>
        public VirtualMachineReference? Created { get; init; }
    }

    /// <summary>The machine is not in the state we took it to be in: read again, decide again.</summary>
    public sealed record Outdated(string Message) : OperationOutcome;

    /// <summary>KubeVirt could not be asked, or asked to be left alone for <paramref name="RetryAfter"/>.</summary>
    public sealed record Unavailable(string Message, TimeSpan? RetryAfter) : OperationOutcome;

    /// <summary>The answer was lost: it may have been done, or not.</summary>
    public sealed record Unanswered(string Message) : OperationOutcome;

    /// <summary>The same request can never succeed.</summary>
    public sealed record Refused(WakeReason Reason, string Message) : OperationOutcome
    {
        /// <summary>Whether an API server that has just started says the same, until it has read its roles and knows all kinds.</summary>
        public bool MayBePremature { get; init; } = Reason == WakeReason.Forbidden;
    }
}
