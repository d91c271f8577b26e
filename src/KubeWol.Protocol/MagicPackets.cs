namespace KubeWol.Protocol;

/// <summary>The valid magic packets of one payload in their order, repetitions included; they never overlap, so a payload of n octets has at most n / 102.</summary>
public ref struct MagicPackets
{
    private readonly ReadOnlySpan<byte> _payload;
    private int _next;

    internal MagicPackets(ReadOnlySpan<byte> payload, int first)
    {
        _payload = payload;
        _next = first;
    }

    /// <summary>The packet that MoveNext came to.</summary>
    public MagicPacket Current { get; private set; }

    /// <summary>What foreach asks for.</summary>
    public readonly MagicPackets GetEnumerator() => this;

    /// <summary>Goes to the next packet; false after the last.</summary>
    public bool MoveNext()
    {
        if (_next < 0) return false;

        var end = _next + MagicPacket.Size;
        var target = new MacAddress(_payload.Slice(_next + MagicPacket.SyncSize, MacAddress.Size));
        _next = MagicPacketScanner.Find(_payload, end, out _);
        Current = new MagicPacket(target, _next < 0 ? _payload[end..] : _payload[end.._next]);
        return true;
    }
}
