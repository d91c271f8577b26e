using System.Runtime.CompilerServices;

namespace KubeWol.Protocol;

/// <summary>The valid magic packets of a payload in their order, repetitions included.</summary>
/// <remarks>They never overlap, so a payload of n octets has at most n / 102.</remarks>
public ref struct MagicPackets
{
    private ReadOnlySpan<byte> _packet;
    private ReadOnlySpan<byte> _rest;
    private int _passwordSize;
    private int _commandSize;

    /// <summary>Takes a payload from its first valid packet on, or nothing.</summary>
    internal MagicPackets(ReadOnlySpan<byte> rest) => _rest = rest;

    /// <summary>The packet that MoveNext came to.</summary>
    public readonly MagicPacket Current => new(_packet, _passwordSize, _commandSize);

    /// <summary>What foreach asks for.</summary>
    public readonly MagicPackets GetEnumerator() => new(_rest);

    /// <summary>Goes to the next packet; false after the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;

        // A command belongs to the packet it follows, with whatever synchronisation stream its octets may hold.
        var following = _rest[MagicPacket.Size..];
        _commandSize = MagicPacket.TryFindCommand(following, out _passwordSize, out var command) ? command.Bytes.Length : 0;

        var known = _passwordSize + _commandSize;
        var next = following.Length - known < MagicPacket.Size ? -1 : MagicPacketScanner.Find(following, known, out _);
        var size = next < 0 ? _rest.Length : MagicPacket.Size + next;
        _packet = _rest[..size];
        _rest = _rest[size..];
        return true;
    }
}
