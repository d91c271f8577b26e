using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>Everything one pass has read about a request: what is decided from, what is acted on and what is reported.</summary>
internal sealed record Reading
{
    /// <summary>The request as it was before the pass.</summary>
    public required WakeRequest Request { get; init; }

    /// <summary>What it asks for.</summary>
    public required Intent Intent { get; init; }

    /// <summary>Whether it may; null where there is nothing yet that policies could have a say in.</summary>
    public Judgement? Judgement { get; init; }

    /// <summary>The machines it means.</summary>
    public required IReadOnlyList<Machine> Found { get; init; }

    /// <summary>What is decided from.</summary>
    public required Situation Situation { get; init; }

    /// <summary>The request that this one waits for or gives way to, or null.</summary>
    public Rival? By { get; init; }

    /// <summary>Why KubeVirt cannot migrate the machine, or why the migration failed, in its own words.</summary>
    public string? MigrationWords { get; init; }

    /// <summary>Whether the migration that was created is not to be seen: deleted by somebody, or the watch is far behind.</summary>
    public bool IsMigrationMissing { get; init; }

    /// <summary>The one machine it means; null if there is none or there are several.</summary>
    public Machine? Machine => Found is [var one] ? one : null;
}
