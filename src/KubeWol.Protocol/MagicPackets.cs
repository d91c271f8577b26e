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

        // A command belongs to the packet it follows, with whatever synchronisation stream its octets may hold.
        var following = _rest[MagicPacket.Size..];
        var known = MagicPacket.TryFindCommand(following, out var passwordSize, out var command) ? passwordSize + command.Bytes.Length : 0;

        var next = following.Length - known < MagicPacket.Size ? -1 : MagicPacketScanner.Find(following, known, out _);
        var tail = next < 0 ? following : following[..next];
        Current = new MagicPacket(new MacAddress(_rest.Slice(MagicPacket.SyncSize, MacAddress.Size)), tail, passwordSize, command.Bytes);
        _rest = following[tail.Length..];
        return true;
    }
}
