using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KubeWol.Cli.Sending;

/// <summary>Sends datagrams through the kernel; takes no rights.</summary>
internal static class UdpSender
{
    private const int SolSocket = 1;
    private const int BindToDevice = 25; // SO_BINDTODEVICE, socket(7): routes do not count, so that 255.255.255.255 goes out where we say

    /// <summary>Sends a payload so many times; returns where it went.</summary>
    /// <exception cref="CliException">It went nowhere.</exception>
    public static IReadOnlyList<string> Send(Delivery delivery, ReadOnlySpan<byte> payload, int copies)
    {
        var to = delivery.To!;
        IReadOnlyList<Nic?> nics = delivery.Interface is { } name ? [Nic.Find(name)]
            : delivery.IsForAll ? [.. Nic.All().Where(n => n.AddressOf(to.AddressFamily) is not null)]
            : [null]; // the one that leads there
        if (nics.Count == 0) throw new CliException(ExitCode.Failed, $"no network interface has an {Family(to)} address", "Give --interface NAME, or --raw for a frame without IP.");
        var sent = new List<string>();
        SocketException? failure = null;
        foreach (var nic in nics)
        {
            try
            {
                sent.Add(SendFrom(nic, to, delivery.Port, payload, copies));
            }
            catch (SocketException e)
            {
                failure = e; // one that is down, say; the others may do
            }
        }

        return sent.Count > 0 ? sent : throw Failure(failure!, delivery);
    }

    private static string SendFrom(Nic? nic, IPAddress to, ushort port, ReadOnlySpan<byte> payload, int copies)
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        if (to.AddressFamily == AddressFamily.InterNetwork) socket.EnableBroadcast = true;
        if (nic is not null && OperatingSystem.IsLinux()) socket.SetRawSocketOption(SolSocket, BindToDevice, Encoding.UTF8.GetBytes(nic.Name));
        else if (nic?.AddressOf(to.AddressFamily) is { } own) socket.Bind(new IPEndPoint(own, 0));
        if (nic is not null && to.IsIPv6Multicast)
        {
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, nic.Index);
            to = new IPAddress(to.GetAddressBytes(), nic.Index);
        }

        for (var i = 0; i < copies; i++) socket.SendTo(payload, new IPEndPoint(to, port));
        return nic?.Name ?? "the interface that leads there";
    }

    private static CliException Failure(SocketException e, Delivery delivery) =>
        new(ExitCode.Failed, $"cannot send to {delivery}: {e.Message}", delivery.IsForAll ? "Give --to with the network's broadcast address, such as 192.168.1.255, or --interface NAME." : null);

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
}
