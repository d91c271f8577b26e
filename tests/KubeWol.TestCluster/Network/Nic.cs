using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Network;

/// <summary>A network device of a host: a NIC on the LAN, a VLAN on one, or a bond of several.</summary>
public sealed class Nic
{
    private readonly NetworkHost _host;
    private readonly string? _port;
    private readonly UserSpaceVlan? _emulation;

    internal Nic(NetworkHost host, string name, PhysicalAddress mac, string? port = null, UserSpaceVlan? emulation = null) =>
        (_host, Name, Mac, _port, _emulation) = (host, name, mac, port, emulation);

    public string Name { get; private set; }

    public PhysicalAddress Mac { get; }

    /// <summary>Its address in a /24, and null for members of a bond.</summary>
    public IPAddress? IPv4 { get; private set; }

    /// <summary>Its address in a /64, and null for members of a bond.</summary>
    public IPAddress? IPv6 { get; private set; }

    /// <summary>True for a VLAN that is a TAP device in truth, because the kernel has no 802.1Q.</summary>
    public bool IsEmulated => _emulation is not null;

    /// <summary>Sends frames out of this device.</summary>
    public FrameSender OpenSender() => new(_host.Namespace, Name);

    /// <summary>Collects the frames that come in at this device, from now on.</summary>
    public FrameReceiver OpenReceiver() => new(_host.Namespace, Name);

    public async Task SetUpAsync(bool up, CancellationToken cancellationToken)
    {
        await _host.Namespace.IpAsync([$"link set {Name} {UpOrDown(up)}"], cancellationToken);
        if (up) await WaitForBridgeAsync(cancellationToken);
    }

    /// <summary>Plugs the cable in or out, at the other end; only a NIC on the LAN has one.</summary>
    public async Task SetCarrierAsync(bool plugged, CancellationToken cancellationToken)
    {
        if (_port is null) throw new TestClusterException($"{Name} of {_host.Name} has no cable.");
        await _host.Network.Lan.IpAsync([$"link set {_port} {UpOrDown(plugged)}"], cancellationToken);
        if (plugged) await WaitForBridgeAsync(cancellationToken);
    }

    public async Task RenameAsync(string name, CancellationToken cancellationToken)
    {
        await _host.Namespace.IpAsync([$"link set {Name} down", $"link set {Name} name {name}"], cancellationToken);
        Name = name;
        await SetUpAsync(true, cancellationToken);
    }

    /// <summary>Takes the device out of the host.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_emulation is null) await _host.Namespace.IpAsync([$"link delete {Name}"], cancellationToken);
        else _emulation.Dispose();
    }

    /// <summary>Gives it its addresses: the subnet tells the LANs apart, the host number the hosts.</summary>
    internal async Task AddressAsync(int subnet, CancellationToken cancellationToken)
    {
        IPv4 = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.{77 + (subnet >> 8)}.{subnet & 255}.{_host.Number}"));
        IPv6 = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"fd77:0:0:{subnet:x}::{_host.Number:x}"));
        await _host.Namespace.IpAsync([$"address add {IPv4}/24 broadcast + dev {Name}", $"address add {IPv6}/64 dev {Name}"], cancellationToken);
    }

    /// <summary>A bridge forwards some milliseconds after the cable is in: no frame shall be lost because a test was quicker.</summary>
    private Task WaitForBridgeAsync(CancellationToken cancellationToken) => _port is null
        ? Task.CompletedTask
        : Eventually.BecomesTrueAsync(
            $"the bridge forwards to {Name} of {_host.Name}",
            async () => (await _host.Network.Lan.RunAsync(new ProcessSpec("ip", "-details", "link", "show", "dev", _port), cancellationToken)).Checked
                .Contains("bridge_slave state forwarding", StringComparison.Ordinal),
            cancellationToken);

    private static string UpOrDown(bool up) => up ? "up" : "down";
}
