namespace KubeWol.TestCluster.Network;

/// <summary>A bond and the NICs it is made of.</summary>
public sealed record Bond(Nic Nic, IReadOnlyList<Nic> Members);
