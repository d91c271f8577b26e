using KubeWol.Protocol;
using KubeWol.TestCluster.Network;
using KubeWol.Torture.Journals;
using KubeWol.Torture.Planning;
using KubeWol.Torture.Staging;

namespace KubeWol.Torture.Running;

/// <summary>Sends the messages of a plan, and writes down when.</summary>
internal sealed class Sending(Stage stage, Plan plan)
{
    private readonly Dictionary<int, List<TimeSpan>> _sent = [];
    private readonly Dictionary<int, byte[]> _payloads = [];

    /// <summary>All that was sent so far.</summary>
    public IReadOnlyList<SentMessage> Messages
    {
        get
        {
            lock (_sent) return [.. plan.Messages.Where(m => _sent.ContainsKey(m.Number)).Select(m => new SentMessage(m.Number, m.Target, m.Verb, m.Kind, [.. _sent[m.Number]]))];
        }
    }

    public async Task SendAllAsync(CancellationToken cancellationToken)
    {
        var senders = stage.Senders.Select(s => s.Nic.OpenSender()).ToList();
        try
        {
            var frames = plan.Messages.SelectMany(m => m.Copies.Select((c, i) => (Message: m, Copy: i, c.At, c.Sender))).OrderBy(f => f.At);
            foreach (var frame in frames)
            {
                await stage.Clock.UntilAsync(frame.At, cancellationToken);
                Send(frame.Message, frame.Copy, senders[frame.Sender]);
            }
        }
        finally
        {
            foreach (var sender in senders) sender.Dispose();
        }
    }

    private void Send(PlannedMessage message, int copy, FrameSender sender)
    {
        var frame = new WolFrameBuilder
        {
            Source = SentMessage.SourceOf(message.Number, copy),
            Transport = message.Wire switch { Wire.Udp4 => WolTransport.UdpV4, Wire.Udp6 => WolTransport.UdpV6, _ => WolTransport.Ethernet },
            DestinationPort = message.Port == 0 ? (ushort)9 : message.Port,
        }.Build(PayloadOf(message));
        // The time before: whoever was killed a moment later cannot have heard it.
        lock (_sent)
        {
            if (!_sent.TryGetValue(message.Number, out var times)) _sent[message.Number] = times = [];
            times.Add(stage.Clock.Now);
        }

        sender.Send(frame);
    }

    /// <summary>All copies of a message are the same, down to the nonce of a command.</summary>
    private byte[] PayloadOf(PlannedMessage message)
    {
        if (_payloads.TryGetValue(message.Number, out var made)) return made;
        var address = message.IsReversed ? message.Target.Reversed : message.Target;
        var signer = message.Kind == MessageKind.ForeignKey ? stage.Stranger : stage.Commands;
        var payload = message.IsSigned ? MagicPacket.Build(address, command: signer.Sign(message.Verb, address))
            : message.Password is { } password ? MagicPacket.Build(address, Octets(password))
            : MagicPacket.Build(address);
        return _payloads[message.Number] = message.Kind == MessageKind.Damaged ? payload[..60] : payload;
    }

    private static byte[] Octets(string password) => Convert.FromHexString(password.Replace(":", "", StringComparison.Ordinal));
}
