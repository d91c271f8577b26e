using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>
/// What the API does not tell: since when, to the tick, the guest and its migration are in their phase
/// (the API has whole seconds).
/// </summary>
internal sealed record Guest
{
    public string? VmiUid { get; init; }
    public string Phase { get; init; } = VmiPhase.Unset;
    public DateTimeOffset PhaseSince { get; init; }

    /// <summary>When the guest was asked to shut down.</summary>
    public DateTimeOffset? ShutdownSince { get; init; }

    public string? MigrationUid { get; init; }
    public string MigrationPhase { get; init; } = Objects.MigrationPhase.Unset;
    public DateTimeOffset MigrationPhaseSince { get; init; }

    /// <summary>Why the instance could not be created, and when to try again.</summary>
    public CreateFailure? CreateFailure { get; init; }

    /// <summary>Starts the clocks of what is new in <paramref name="machine"/>.</summary>
    public Guest See(Machine machine, DateTimeOffset now)
    {
        var guest = this;
        if (machine.Vmi is { Metadata.Uid: { } uid } vmi)
        {
            if (uid != guest.VmiUid) guest = new Guest { VmiUid = uid, Phase = vmi.Phase, PhaseSince = now };
            if (vmi.Phase != guest.Phase) guest = guest with { Phase = vmi.Phase, PhaseSince = now };
            if (vmi.IsDeleting && guest.ShutdownSince is null) guest = guest with { ShutdownSince = now };
        }

        if (machine.ActiveMigration is { } migration && (migration.Metadata.Uid, migration.Phase) != (guest.MigrationUid, guest.MigrationPhase))
        {
            guest = guest with { MigrationUid = migration.Metadata.Uid, MigrationPhase = migration.Phase, MigrationPhaseSince = now };
        }

        return guest;
    }
}

/// <summary>The API server's refusal to create an instance, and when virt-controller asks again.</summary>
internal sealed record CreateFailure(string Message, DateTimeOffset RetryAt);
