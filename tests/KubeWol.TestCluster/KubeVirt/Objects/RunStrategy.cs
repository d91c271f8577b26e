namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>The values of <c>spec.runStrategy</c>.</summary>
internal static class RunStrategy
{
    public const string Always = "Always";
    public const string Halted = "Halted";
    public const string Manual = "Manual";
    public const string Once = "Once";
    public const string RerunOnFailure = "RerunOnFailure";
    public const string WaitAsReceiver = "WaitAsReceiver";
}
