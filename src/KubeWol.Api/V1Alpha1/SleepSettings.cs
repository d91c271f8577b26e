using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>How to sleep.</summary>
[Rule("!has(self.gracePeriodSeconds) || !has(self.force) || !self.force", "force switches the machine off at once: leave gracePeriodSeconds out")]
public sealed record SleepSettings
{
    /// <summary>Pause or Stop; the operator's default if not set.</summary>
    public SleepMode? Mode { get; init; }

    /// <summary>For Stop: how long, in seconds, the guest may take to shut down before KubeVirt switches it off, as it does with a paused one; the machine's own period if not set.</summary>
    [Range(1, 86_400)]
    public int? GracePeriodSeconds { get; init; }

    /// <summary>For Stop: switch the machine off without waiting for the guest. What it has not written is lost.</summary>
    public bool? Force { get; init; }
}
