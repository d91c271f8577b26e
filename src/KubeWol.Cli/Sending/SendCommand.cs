using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Cli.Sending;

/// <summary>kubectl wol send: a Wake-on-LAN frame from this machine, of every kind that agents hear. Needs no cluster.</summary>
internal static class SendCommand
{
    private const int Columns = 16;

    public static Command Create(Surroundings around)
    {
        var mac = CommandOptions.Mac("The machine that is called.");
        var to = new Option<string?>("--to") { Description = "Where to, over UDP: an IP address or a host name. Otherwise 255.255.255.255 out of every interface.", HelpName = "ADDRESS" };
        var port = CommandOptions.Port("UDP port; 9 if not given.");
        var v6 = new Option<bool>("--ipv6", "-6") { Description = "To all nodes of the link over IPv6 (ff02::1)." };
        var nic = new Option<string?>("--interface", "-i") { Description = "The network interface to send out of.", HelpName = "NAME" };
        var raw = new Option<bool>("--raw") { Description = "A bare Ethernet frame (0x0842) without IP. Takes root, and Linux." };
        var vlans = CommandOptions.Vlans("Tag the frame with this VLAN; of several the first is the outermost. Takes root, and Linux.");
        var toMac = CommandOptions.MacOption("--to-mac", "Ethernet destination; everybody if not given. Takes root, and Linux.");
        var verb = new Option<WakeAction?>("--verb") { Description = $"What a signed command asks for: {string.Join(", ", CommandOptions.Verbs)}.", HelpName = "VERB", CustomParser = r => CommandOptions.VerbIn(r, r.Tokens[0].Value) };
        var reversed = new Option<bool>("--reversed") { Description = "Write the MAC address backwards, which some WakePolicies take for sleep." };
        var copies = CommandOptions.Number("--copies", "How often to send it; the cluster takes them for one message", 1, 100);
        var dry = new Option<bool>("--dry-run") { Description = "Show what would be sent, and send nothing." };
        var message = new MessageOptions();

        var command = new Command("send", "Send a Wake-on-LAN frame from this machine, plain, with a SecureOn password or signed.")
        {
            mac, to, port, v6, nic, raw, vlans, toMac, verb, reversed, copies, dry,
        };
        message.AddTo(command);
        verb.CompletionSources.Clear();
        verb.CompletionSources.Add([.. CommandOptions.Verbs]);
        command.Validators.Add(result =>
        {
            if (message.Signs(result) != (result.GetResult(verb) is not null))
            {
                result.AddError("--verb and --sign-key go together: a plain packet means wake, or what a WakePolicy's alias makes of its port, password or reversed address");
            }

            if (result.GetResult(raw) is { Implicit: false } && (result.GetResult(to) ?? result.GetResult(port)) is not null) result.AddError("--raw sends a frame without IP: leave out --to and --port");
        });
        command.SetAction(async (given, cancellationToken) =>
        {
            var target = given.GetValue(mac);
            if (given.GetValue(reversed)) target = target.Reversed;
            var payload = MagicPacket.Build(target, message.Password(given) ?? [], command: message.Command(given, given.GetValue(verb) ?? WakeAction.Wake, target, around.Time) ?? []);
            var delivery = new Delivery
            {
                To = given.GetValue(raw) ? null : await AddressAsync(given.GetValue(to), given.GetValue(v6), cancellationToken).ConfigureAwait(false),
                Port = given.GetValue(port) ?? 9,
                Interface = given.GetValue(nic),
                ToMac = given.GetValue(toMac),
                Vlans = [.. (given.GetValue(vlans) ?? []).Select(id => (VlanTag)id)],
            };
            var lines = Send(delivery, payload, given.GetValue(copies) ?? 1, given.GetValue(dry));
            foreach (var line in lines) await around.Terminal.Out.WriteLineAsync(line).ConfigureAwait(false);
            return (int)ExitCode.Done;
        });
        return command.WithExamples(
            "kubectl wol send 52:54:00:12:34:56                                  # as every Wake-on-LAN program does",
            "kubectl wol send 52:54:00:12:34:56 --to 192.168.10.255 --port 7     # to one network",
            "kubectl wol send 52:54:00:12:34:56 --password 5a:17:c3:09:e4:61     # with a SecureOn password",
            "sudo kubectl wol send 52:54:00:12:34:56 --raw -i eth0 --vlan 10     # a bare Ethernet frame, tagged",
            "kubectl wol send 52:54:00:12:34:56 --sign-key ops.pem --verb sleep  # a command that a WakePolicy trusts");
    }

    private static IEnumerable<string> Send(Delivery delivery, byte[] payload, int copies, bool dry)
    {
        if (!delivery.IsFrame)
        {
            return dry ? [$"would be sent to {delivery}:", .. Hex(payload)] : [Sent(payload.Length, delivery, UdpSender.Send(delivery, payload, copies))];
        }

        var nic = TheNic(delivery.Interface);
        var frame = delivery.FrameFrom(nic, payload);
        if (dry) return [$"would be sent out of {nic.Name} to {delivery}:", .. Hex(frame)];
        FrameSender.Send(nic, frame, copies);
        return [Sent(frame.Length, delivery, [nic.Name])];
    }

    private static string Sent(int octets, Delivery delivery, IReadOnlyList<string> nics) => $"sent {octets} octets to {delivery} out of {string.Join(", ", nics)}";

    private static Nic TheNic(string? name)
    {
        if (name is not null) return Nic.Find(name);
        var all = Nic.All();
        return all is [var only] ? only : throw new CliException(
            ExitCode.Usage, "a frame of our own making leaves by one interface", $"Give --interface with one of: {string.Join(", ", all.Select(n => n.Name))}");
    }

    private static async Task<IPAddress> AddressAsync(string? to, bool v6, CancellationToken cancellationToken)
    {
        if (to is null) return v6 ? IPAddress.Parse("ff02::1") : IPAddress.Broadcast;
        if (IPAddress.TryParse(to, out var address)) return address;
        try
        {
            var family = v6 ? AddressFamily.InterNetworkV6 : AddressFamily.Unspecified;
            return (await Dns.GetHostAddressesAsync(to, family, cancellationToken).ConfigureAwait(false))[0];
        }
        catch (SocketException e)
        {
            throw new CliException(ExitCode.Usage, $"--to: '{to}' is no IP address, and nobody knows it as a host name: {e.Message}");
        }
    }

    private static IEnumerable<string> Hex(byte[] octets) =>
        octets.Chunk(Columns).Select((line, i) => $"{i * Columns:x4}  {string.Join(' ', line.Select(o => o.ToString("x2", null)))}");
}
