using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using KubeWol.Protocol;

namespace KubeWol.Cli.Sending;

/// <summary>A network interface of this machine that frames can be sent out of.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Index">Its number, as sockets want it.</param>
/// <param name="Mac">Its address; zero where it has none.</param>
/// <param name="Addresses">Its IP addresses.</param>
internal sealed record Nic(string Name, int Index, MacAddress Mac, IReadOnlyList<IPAddress> Addresses)
{
    /// <summary>All but loopback. One that is down is among them: sending tells.</summary>
    public static IReadOnlyList<Nic> All() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().Where(n => n.NetworkInterfaceType != NetworkInterfaceType.Loopback).Select(Of).OrderBy(n => n.Index)];

    /// <exception cref="CliException">There is none of this name.</exception>
    public static Nic Find(string name)
    {
        var all = All();
        return all.FirstOrDefault(n => n.Name == name)
            ?? throw new CliException(ExitCode.Failed, $"there is no network interface {name}", $"There are: {string.Join(", ", all.Select(n => n.Name))}");
    }

    public IPAddress? AddressOf(AddressFamily family) => Addresses.FirstOrDefault(a => a.AddressFamily == family);

    private static Nic Of(NetworkInterface nic)
    {
        var properties = nic.GetIPProperties();
        var index = nic.Supports(NetworkInterfaceComponent.IPv4) ? properties.GetIPv4Properties().Index : properties.GetIPv6Properties().Index;
        var octets = nic.GetPhysicalAddress().GetAddressBytes();
        return new(nic.Name, index, octets.Length == MacAddress.Size ? new MacAddress(octets) : default, [.. properties.UnicastAddresses.Select(a => a.Address)]);
    }
}
