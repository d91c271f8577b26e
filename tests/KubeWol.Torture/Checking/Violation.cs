namespace KubeWol.Torture.Checking;

/// <summary>A broken promise, in words for whoever reads the report.</summary>
internal sealed record Violation(Breach Breach, string Words)
{
    public override string ToString() => $"{Breach}: {Words}";
}
