namespace KubeWol.Agent.Capture;

/// <summary>A network interface of this node.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Index">The kernel's number for it; an interface that is deleted and made again has another one.</param>
/// <param name="Kind">What sort it is.</param>
/// <param name="IsUp">Whether it is switched on; whether a cable is plugged in does not matter.</param>
/// <param name="VlanId">The VLAN, for <see cref="NicKind.Vlan"/>: the kernel takes the tag off before such an interface sees a frame.</param>
internal sealed record Nic(string Name, int Index, NicKind Kind, bool IsUp, int? VlanId = null)
{
    /// <summary>As in <c>eth0 (Physical)</c> or <c>eth0.10 (Vlan 10)</c>.</summary>
    public override string ToString() => VlanId is { } id ? $"{Name} ({Kind} {id})" : $"{Name} ({Kind})";
}
