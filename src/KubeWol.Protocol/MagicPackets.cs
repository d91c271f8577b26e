namespace KubeWol.Protocol;

/// <summary>The valid magic packets of a payload in their order, repetitions included.</summary>
/// <remarks>They never overlap, so a payload of n octets has at most n / 102.</remarks>
public ref struct MagicPackets
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Takes a payload from its first valid packet on, or nothing.</summary>
    internal MagicPackets(ReadOnlySpan<byte> rest) => _rest = rest;

    /// <summary>The packet that MoveNext came to.</summary>
    public MagicPacket Current { get; private set; }

    /// <summary>What foreach asks for.</summary>
    public readonly MagicPackets GetEnumerator() => this;

    /// <summary>Goes to the next packet; false after the last.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;

        var next = MagicPacketScanner.Find(_rest, MagicPacket.Size, out _);
        var end = next < 0 ? _rest.Length : next;
        Current = new MagicPacket(new MacAddress(_rest.Slice(MagicPacket.SyncSize, MacAddress.Size)), _rest[MagicPacket.Size..end]);
        _rest = _rest[end..];
        return true;
    }
}
