namespace KubeWol.TestCluster.Network;

/// <summary>A network namespace, by the name iproute2 knows it under.</summary>
public sealed record NetworkNamespace(string Name);
