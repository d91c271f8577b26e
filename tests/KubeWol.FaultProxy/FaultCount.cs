namespace KubeWol.FaultProxy;

/// <summary>How often a fault was injected into a call.</summary>
public sealed record FaultCount(string Caller, string Call, FaultKind Kind, int Count);
