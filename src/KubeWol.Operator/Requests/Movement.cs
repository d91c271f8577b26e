using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>Where a machine is to go, and how far that has come.</summary>
internal readonly record struct Movement
{
    /// <summary>Why no machine can go there; null when one can.</summary>
    public WakeReason? Problem { get; init; }

    /// <summary>Whether the machine is on a node that was asked for; where none was, whether this request has taken it to another.</summary>
    public bool IsThere { get; init; }

    /// <summary>Whether the machine's next start prefers such a node already; where none was asked for, whether it prefers none.</summary>
    public bool IsPlaced { get; init; }

    /// <summary>Whether KubeVirt says that it cannot migrate the machine live.</summary>
    public bool IsFixed { get; init; }

    /// <summary>How the migration goes that this request created.</summary>
    public MigrationProgress Migration { get; init; }
}
