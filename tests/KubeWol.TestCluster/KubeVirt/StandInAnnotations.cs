using System.Globalization;

namespace KubeWol.TestCluster.KubeVirt;

/// <summary>
/// Annotations by which a test tells the stand-in how one guest behaves. On the VirtualMachine they hold for all its starts; on the
/// VirtualMachineInstance they hold for this one and go before the VirtualMachine's.
/// </summary>
public static class StandInAnnotations
{
    /// <summary>The prefix of all of them.</summary>
    public const string Prefix = "standin.kubewol.io/";

    /// <summary>How the guest behaves: <c>ignores-acpi</c>, <c>powers-off</c>, <c>crashes</c>, or <c>crash-loops</c> (it fails before it ever runs).</summary>
    public const string Guest = Prefix + "guest";

    /// <summary>Seconds a guest that powers off or crashes runs before it does so; 0 when left out.</summary>
    public const string RunSeconds = Prefix + "run-seconds";

    /// <summary>Seconds until the instance has a node.</summary>
    public const string ScheduleSeconds = Prefix + "schedule-seconds";

    /// <summary>Seconds from having a node to running.</summary>
    public const string BootSeconds = Prefix + "boot-seconds";

    /// <summary>Seconds the guest takes to shut down when asked to.</summary>
    public const string ShutdownSeconds = Prefix + "shutdown-seconds";

    /// <summary>Seconds the transfer of a live migration takes.</summary>
    public const string MigrationSeconds = Prefix + "migration-seconds";

    /// <summary><c>fails</c> or <c>hangs</c>.</summary>
    public const string Migration = Prefix + "migration";

    /// <summary>What becomes of clones of this machine: <c>fails</c> or <c>hangs</c>.</summary>
    public const string Clone = Prefix + "clone";

    /// <summary>The reason why the guest cannot be live-migrated, such as <c>DisksNotLiveMigratable</c>.</summary>
    public const string NotMigratable = Prefix + "not-migratable";

    /// <summary><c>true</c>: no node takes the instance.</summary>
    public const string Unschedulable = Prefix + "unschedulable";

    /// <summary><c>waiting</c>: its volumes are not bound yet, and until they are it does not start.</summary>
    public const string Volumes = Prefix + "volumes";

    /// <summary>What the API server says when virt-controller wants to create the instance.</summary>
    public const string CreateError = Prefix + "create-error";

    private static readonly Dictionary<string, string[]?> Values = new()
    {
        [Guest] = ["ignores-acpi", "powers-off", "crashes", "crash-loops"],
        [Migration] = ["fails", "hangs"],
        [Clone] = ["fails", "hangs"],
        [Unschedulable] = ["true", "false"],
        [Volumes] = ["waiting", "bound"],
        [NotMigratable] = null,
        [CreateError] = null,
    };

    private static readonly HashSet<string> Seconds = [RunSeconds, ScheduleSeconds, BootSeconds, ShutdownSeconds, MigrationSeconds];

    /// <summary>What is wrong with the stand-in's annotations among these: a typing error would otherwise do nothing.</summary>
    internal static IEnumerable<string> Problems(IReadOnlyDictionary<string, string>? annotations)
    {
        foreach (var (name, value) in annotations ?? new Dictionary<string, string>())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            if (Seconds.Contains(name))
            {
                if (ParseSeconds(value) is null) yield return $"{name}: '{value}' is not a number of seconds";
            }
            else if (!Values.TryGetValue(name, out var values))
            {
                yield return $"{name}: the stand-in knows no such annotation";
            }
            else if (values is not null && !values.Contains(value))
            {
                yield return $"{name}: '{value}' is none of {string.Join(", ", values)}";
            }
        }
    }

    internal static TimeSpan? ParseSeconds(string? text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 1e9
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
