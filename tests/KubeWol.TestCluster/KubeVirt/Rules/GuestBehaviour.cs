namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>How one guest behaves: what its annotations say, and the stand-in's delays for the rest.</summary>
internal sealed class GuestBehaviour
{
    private readonly IReadOnlyDictionary<string, string>? _instance;
    private readonly IReadOnlyDictionary<string, string>? _machine;
    private readonly StandInDelays _delays;

    public GuestBehaviour(Machine machine, StandInDelays delays) =>
        (_instance, _machine, _delays) = (machine.Vmi?.Metadata.Annotations, machine.Vm?.Metadata.Annotations, delays);

    public TimeSpan Schedule => Seconds(StandInAnnotations.ScheduleSeconds) ?? _delays.Schedule;
    public TimeSpan Boot => Seconds(StandInAnnotations.BootSeconds) ?? _delays.Boot;
    public TimeSpan Run => Seconds(StandInAnnotations.RunSeconds) ?? TimeSpan.Zero;
    public TimeSpan Shutdown => Seconds(StandInAnnotations.ShutdownSeconds) ?? _delays.Shutdown;
    public TimeSpan Migration => Seconds(StandInAnnotations.MigrationSeconds) ?? _delays.Migration;
    public bool IgnoresAcpi => Text(StandInAnnotations.Guest) == "ignores-acpi";
    public bool PowersOff => Text(StandInAnnotations.Guest) == "powers-off";
    public bool Crashes => Text(StandInAnnotations.Guest) == "crashes";
    public bool CrashLoops => Text(StandInAnnotations.Guest) == "crash-loops";
    public bool Unschedulable => Text(StandInAnnotations.Unschedulable) == "true";
    public bool VolumesWait => Text(StandInAnnotations.Volumes) == "waiting";
    public bool MigrationFails => Text(StandInAnnotations.Migration) == "fails";
    public bool MigrationHangs => Text(StandInAnnotations.Migration) == "hangs";
    public string? NotMigratable => Text(StandInAnnotations.NotMigratable);
    public string? CreateError => Text(StandInAnnotations.CreateError);

    private TimeSpan? Seconds(string name) => StandInAnnotations.ParseSeconds(Text(name));

    private string? Text(string name) => _instance?.GetValueOrDefault(name) ?? _machine?.GetValueOrDefault(name);
}
