namespace KubeWol.Protocol.Tests;

/// <summary>What became of a frame, copied out of the spans so that two can be compared and shown.</summary>
internal sealed record Outcome(DropReason Reason)
{
    public MacAddress SourceMac { get; init; }

    public IpAddress? SourceIp { get; init; }

    public WolTransport Transport { get; init; }

    public int DestinationPort { get; init; }

    public string Vlans { get; init; } = "";

    /// <summary>Each packet as target/password/trailer, with a space between two.</summary>
    public string Packets { get; init; } = "";

    public static Outcome Of(LinkType link, ReadOnlySpan<byte> bytes, WolPorts? ports = null)
    {
        if (!WolFrame.TryParse(link, bytes, ports ?? WolPorts.Default, out var frame, out var reason)) return new Outcome(reason);

        List<string> packets = [];
        foreach (var packet in frame.Packets)
            packets.Add($"{packet.Target}/{Convert.ToHexStringLower(packet.Password)}/{Convert.ToHexStringLower(packet.Trailer)}");
        return new Outcome(reason)
        {
            SourceMac = frame.SourceMac,
            SourceIp = frame.SourceIp,
            Transport = frame.Transport,
            DestinationPort = frame.DestinationPort,
            Vlans = string.Join(',', frame.Vlans.Span.ToArray()),
            Packets = string.Join(' ', packets),
        };
    }

    /// <summary>The outcome of a payload in an EtherType 0x0842 frame.</summary>
    public static Outcome OfPayload(ReadOnlySpan<byte> payload) => Of(LinkType.Ethernet, new WolFrameBuilder().Build(payload));
}
