namespace KubeWol.Protocol;

/// <summary>What an IP header, of either version, says of the UDP datagram behind it.</summary>
/// <remarks>
/// No checksum is verified, neither of IPv4 nor of UDP: frames captured on their way out often have none yet (offloading),
/// and a magic packet is its own check, sixteen times over.
/// </remarks>
internal readonly ref struct IpPacket
{
    public IpAddress Source { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Whether the payload is all of the datagram: neither a fragment nor cut by the capture.</summary>
    public bool IsWhole { get; init; }
}
