namespace KubeWol.Operator;

/// <summary>The run strategies (KubeVirt, api/core/v1/types.go).</summary>
internal static class RunStrategies
{
    public const string Always = nameof(Always);
    public const string Halted = nameof(Halted);
    public const string Manual = nameof(Manual);
    public const string RerunOnFailure = nameof(RerunOnFailure);
    public const string Once = nameof(Once);
    public const string WaitAsReceiver = nameof(WaitAsReceiver);

    /// <summary>What a Halted machine may become when it is woken.</summary>
    public static readonly string[] ForStart = [Always, Manual, RerunOnFailure];
}
