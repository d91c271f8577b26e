using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>What came of a plan.</summary>
/// <param name="Plan">The plan, or what it turned into.</param>
/// <param name="Look">When to look again.</param>
internal sealed record Deed(Plan Plan, TimeSpan Look)
{
    /// <summary>What was done.</summary>
    public WakeOperation Issued { get; init; } = WakeOperation.None;

    /// <summary>The machine that is being created; null where there was one.</summary>
    public VirtualMachineReference? Created { get; init; }

    /// <summary>What KubeVirt said, if it said something.</summary>
    public string? Words { get; init; }
}
