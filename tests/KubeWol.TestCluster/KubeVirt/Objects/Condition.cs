namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>A condition of a VirtualMachine, a VirtualMachineInstance or a migration.</summary>
internal sealed record Condition(
    string Type, string Status, string? Reason = null, string? Message = null, DateTimeOffset? LastProbeTime = null, DateTimeOffset? LastTransitionTime = null)
{
    public const string Ready = "Ready";
    public const string Failure = "Failure";
    public const string Paused = "Paused";
    public const string LiveMigratable = "LiveMigratable";
    public const string PodScheduled = "PodScheduled";

    public bool IsTrue => Status == "True";
    public bool IsFalse => Status == "False";
}
