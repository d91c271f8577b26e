using KubeWol.Protocol;

namespace KubeWol.Fuzz;

/// <summary>What must hold for any bytes whatsoever; throws where it does not.</summary>
public static class FuzzTarget
{
    private static readonly LinkType[] Links = [LinkType.Ethernet, LinkType.LinuxCooked, LinkType.LinuxCooked2];

    public static void Run(ReadOnlySpan<byte> input)
    {
        foreach (var link in Links) CheckFrame(link, input);
        CheckPayload(input);
        CheckCommand(input);
    }

    /// <summary>As a frame: an answer is whole, the same at every try, and calls nobody whose packet is not in the bytes.</summary>
    private static void CheckFrame(LinkType link, ReadOnlySpan<byte> bytes)
    {
        var accepted = WolFrame.TryParse(link, bytes, WolPorts.Default, out var frame, out var reason);
        Require(accepted == (reason == DropReason.None), "a refusal has a reason, and nothing else has one");

        byte[] copy = [.. bytes];
        var again = WolFrame.TryParse(link, copy, WolPorts.Default, out var second, out var secondReason);
        Require(again == accepted && secondReason == reason, "the same bytes have the same answer");
        Require(frame.SourceMac == second.SourceMac && frame.SourceIp == second.SourceIp, "the same bytes have the same sender");
        Require(frame.Vlans.Span.SequenceEqual(second.Vlans.Span), "the same bytes have the same VLANs");
        if (!accepted)
        {
            Require(!frame.Packets.MoveNext(), "a refused frame has no packets");
            return;
        }

        Require(frame.Transport == WolTransport.Ethernet ? frame.DestinationPort == 0 : WolPorts.Default.Contains(frame.DestinationPort),
            "only a port that is listened for is accepted");
        Require((frame.Transport == WolTransport.Ethernet) == (frame.SourceIp is null), "UDP has an IP sender, and nothing else has one");

        var count = 0;
        foreach (var packet in frame.Packets)
        {
            count++;
            Require(!packet.Target.IsZero && !packet.Target.IsBroadcast, "a target is an address somebody may have");
            Require(bytes.IndexOf(MagicPacket.Build(packet.Target)) >= 0, "a packet that is reported is in the bytes");
            Require(packet.Password.Length is 0 or 4 or 6, "a password has 4 or 6 octets");
            Require(packet.Password.IsEmpty || packet.Trailer.IsEmpty, "what is a password is not a trailer");
        }
        Require(count >= 1, "an accepted frame has a packet");
    }

    /// <summary>As the payload of a raw frame: exactly what the naive scanner finds, or exactly its reason.</summary>
    private static void CheckPayload(ReadOnlySpan<byte> payload)
    {
        byte[] bytes = [.. new byte[12], 0x08, 0x42, .. payload];
        if (bytes.Length > WolFrame.MaxLength) return;

        var expected = NaiveScanner.Scan(payload);
        if (!WolFrame.TryParse(LinkType.Ethernet, bytes, WolPorts.Default, out var frame, out var reason))
        {
            Require(expected.Count == 0, "a packet that the naive scanner finds is found");
            Require(reason == NaiveScanner.Explain(payload), "the reason is the naive scanner's");
            return;
        }
        var index = 0;
        foreach (var packet in frame.Packets)
        {
            Require(index < expected.Count, "no more packets than the naive scanner finds");
            var naive = expected[index++];
            var end = naive.Start + MagicPacket.Size;
            var tail = payload[end..(index < expected.Count ? expected[index].Start : payload.Length)];
            Require(packet.Target == new MacAddress(payload.Slice(naive.Start + 6, 6)), "the naive scanner's targets in its order");
            CheckTail(packet, naive, tail);
        }
        Require(index == expected.Count, "no fewer packets than the naive scanner finds");
    }

    private static void CheckTail(scoped in MagicPacket packet, NaivePacket naive, ReadOnlySpan<byte> tail)
    {
        var hasCommand = naive.Command > 0 && tail.Length == naive.Password + naive.Command;
        var isProblem = !hasCommand && (naive.Command > 0 || NaiveCommand.IsRemnant(tail));
        Require(packet.Problem == (isProblem ? DropReason.MalformedCommand : DropReason.None), "the naive scanner's problem");
        Require(packet.Command.SequenceEqual(hasCommand ? tail[naive.Password..] : default), "the naive scanner's command");
        var rest = hasCommand ? tail[..naive.Password] : tail;
        Require((rest.Length is 4 or 6 ? packet.Password : packet.Trailer).SequenceEqual(rest), "the naive scanner's tail");
    }

    /// <summary>As what the agent hands to the operator: the parts are where they are said to be, and make up the whole.</summary>
    private static void CheckCommand(ReadOnlySpan<byte> bytes)
    {
        var length = NaiveCommand.Measure(bytes);
        Require(CommandTrailer.TryParse(bytes, out var trailer) == length > 0, "a command is one to the runtime's CBOR reader, too");
        Require(trailer.Bytes.SequenceEqual(bytes[..length]), "a command is what stands at the start");
        Require(trailer.Bytes.EndsWith(trailer.Signature) && trailer.Signature.Length == (length > 0 ? 64 : 0), "a signature of 64 octets ends it");
        Require(trailer.Protected.Length + trailer.Payload.Length + trailer.Signature.Length <= length, "the parts are no more than the whole");
    }

    private static void Require(bool condition, string promise)
    {
        if (!condition) throw new InvalidOperationException($"Broken promise: {promise}.");
    }
}
