using System.Net.NetworkInformation;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Network;

/// <summary>A machine on the LAN, as far as networking goes: a namespace with NICs.</summary>
public sealed class NetworkHost
{
    // VLAN 10 is subnet 10 + this, whoever has it; the NICs of a host are on subnets 0, 1, 2 …, all on one wire.
    private const int FirstVlanSubnet = 256;

    private const string UnknownType = "Unknown device type";

    private readonly List<UserSpaceVlan> _emulations = [];
    private int _nics;

    internal NetworkHost(NodeNetwork network, string name, int number, NetworkNamespace ns) =>
        (Network, Name, Number, Namespace) = (network, name, number, ns);

    public string Name { get; }

    /// <summary>1, 2, 3 …: the last part of its addresses.</summary>
    public int Number { get; }

    public NetworkNamespace Namespace { get; }

    /// <summary>The NIC it came with, eth0.</summary>
    public Nic Nic { get; private set; } = null!;

    internal NodeNetwork Network { get; }

    /// <summary>Plugs in another NIC: on the LAN, with addresses, up.</summary>
    public async Task<Nic> AddNicAsync(string name, CancellationToken cancellationToken)
    {
        var subnet = _nics;
        var nic = await PlugInAsync(name, cancellationToken);
        await nic.SetUpAsync(true, cancellationToken);
        await nic.AddressAsync(subnet, cancellationToken);
        return nic;
    }

    /// <summary>Makes NAME.ID on a NIC or bond: addresses of the VLAN, up. Where the kernel has no 802.1Q we do the tagging.</summary>
    public async Task<Nic> AddVlanAsync(Nic parent, int id, CancellationToken cancellationToken)
    {
        var name = $"{parent.Name}.{id}";
        var made = await Namespace.RunAsync(Ip($"link add link {parent.Name} name {name} type vlan id {id}"), cancellationToken);
        UserSpaceVlan? emulation = null;
        if (made.Error.Contains(UnknownType, StringComparison.Ordinal)) _emulations.Add(emulation = new UserSpaceVlan(Namespace, parent.Name, name, id));
        else _ = made.Checked;
        var vlan = new Nic(this, name, parent.Mac, null, emulation);
        await Namespace.IpAsync([$"link set {name} address {Text(parent.Mac)}", $"link set {name} up"], cancellationToken);
        await vlan.AddressAsync(FirstVlanSubnet + id, cancellationToken);
        return vlan;
    }

    /// <summary>Whether the kernel can bond.</summary>
    public async Task<bool> CanBondAsync(CancellationToken cancellationToken)
    {
        var made = await Namespace.RunAsync(Ip("link add probe type bond"), cancellationToken);
        if (made.Succeeded) await Namespace.IpAsync(["link delete probe"], cancellationToken);
        return made.Succeeded;
    }

    /// <summary>Bonds new NICs (active-backup): addresses, up.</summary>
    public async Task<Bond> AddBondAsync(string name, IReadOnlyList<string> members, CancellationToken cancellationToken)
    {
        if (!await CanBondAsync(cancellationToken)) throw new TestClusterException("This kernel has no bonding driver.");
        var subnet = _nics;
        var nics = new List<Nic>();
        foreach (var member in members) nics.Add(await PlugInAsync(member, cancellationToken));
        var bond = new Nic(this, name, nics[0].Mac);
        await Namespace.IpAsync(
            [
                $"link add {name} type bond mode active-backup miimon 50",
                // The first member lends the bond its address.
                .. members.Select(member => $"link set {member} master {name}"),
                $"link set {name} up",
            ],
            cancellationToken);
        await bond.AddressAsync(subnet, cancellationToken);
        return new Bond(bond, nics);
    }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        Nic = await AddNicAsync("eth0", cancellationToken);
        // Somewhere for 255.255.255.255 to go.
        await Namespace.IpAsync(["route add default dev eth0"], cancellationToken);
    }

    internal async Task StopAsync()
    {
        foreach (var emulation in _emulations) emulation.Dispose();
        await Namespace.DisposeAsync();
    }

    private static ProcessSpec Ip(string arguments) => new("ip", arguments.Split(' '));

    private static string Text(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(b => b.ToString("x2", null)));

    private async Task<Nic> PlugInAsync(string name, CancellationToken cancellationToken)
    {
        var mac = new PhysicalAddress([0x02, 0x4b, 0x57, 0, (byte)Number, (byte)_nics++]);
        var port = $"h{Number}n{_nics}";
        // Both ends are born where they belong: nothing passes through the machine's own namespace.
        await Network.Lan.IpAsync(
            [
                $"link add {port} type veth peer name {name} netns {Namespace.Name} address {Text(mac)}",
                $"link set {port} master {NodeNetwork.Bridge} up",
            ],
            cancellationToken);
        return new Nic(this, name, mac, port);
    }
}
