namespace KubeWol.Protocol;

/// <summary>One magic packet inside a payload: six octets of 0xFF, then sixteen times the address of a machine.</summary>
public readonly ref struct MagicPacket
{
    /// <summary>Octets in the synchronisation stream and the sixteen repetitions.</summary>
    public const int Size = SyncSize + BodySize;

    internal const int SyncSize = 6;
    internal const int BodySize = Repetitions * MacAddress.Size;
    private const int Repetitions = 16;
    private readonly ReadOnlySpan<byte> _tail;

    internal MagicPacket(MacAddress target, ReadOnlySpan<byte> tail)
    {
        Target = target;
        _tail = tail;
    }

    /// <summary>Whom the packet calls: never zero, never everyone. Multicast addresses are handed over (see DropReason.MulticastTarget).</summary>
    public MacAddress Target { get; }

    /// <summary>The SecureOn password: four or six octets when exactly that many follow, otherwise none.</summary>
    public ReadOnlySpan<byte> Password => _tail.Length is 4 or 6 ? _tail : default;

    /// <summary>What else follows, up to the next magic packet or the end: it is tolerated.</summary>
    public ReadOnlySpan<byte> Trailer => _tail.Length is 4 or 6 ? default : _tail;

    /// <summary>A payload: the prefix, then the packet with its password (0, 4 or 6 octets) as many times as asked.</summary>
    public static byte[] Build(
        MacAddress target, ReadOnlySpan<byte> password = default, ReadOnlySpan<byte> prefix = default, int copies = 1)
    {
        if (password.Length is not (0 or 4 or 6))
            throw new ArgumentException($"A SecureOn password has 4 or 6 octets, not {password.Length}.", nameof(password));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(copies);

        var payload = new byte[prefix.Length + copies * (Size + password.Length)];
        prefix.CopyTo(payload);
        for (var rest = payload.AsSpan(prefix.Length); rest.Length > 0; rest = rest[(Size + password.Length)..])
        {
            rest[..SyncSize].Fill(0xFF);
            for (var i = SyncSize; i < Size; i += MacAddress.Size) target.CopyTo(rest[i..]);
            password.CopyTo(rest[Size..]);
        }
        return payload;
    }
}
