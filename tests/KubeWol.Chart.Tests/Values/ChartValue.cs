namespace KubeWol.Chart.Tests.Values;

/// <summary>A value of the chart, or (no default) a group of them.</summary>
/// <param name="Path">Such as agent.spool.hostPath.</param>
/// <param name="Default">As YAML; null for a group.</param>
/// <param name="Comment">What values.yaml says of it.</param>
internal sealed record ChartValue(string Path, string? Default, string Comment);
