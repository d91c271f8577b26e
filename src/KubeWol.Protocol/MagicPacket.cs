using System.Runtime.CompilerServices;

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

    /// <summary>Takes a packet with all that stands before the next, and how much of that a command and the password before it are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal MagicPacket(ReadOnlySpan<byte> bytes, int passwordSize, int commandSize)
    {
        Target = new MacAddress(bytes.Slice(SyncSize, MacAddress.Size));
        _tail = bytes[Size..];
        if (commandSize > 0 && _tail.Length == passwordSize + commandSize) Command = _tail[passwordSize..];
        else if (IsRemnantOfCommand(_tail)) Problem = DropReason.MalformedCommand;
    }

    /// <summary>Whom the packet calls: never zero, never everyone. Multicast addresses are handed over (see DropReason.MulticastTarget).</summary>
    public MacAddress Target { get; }

    /// <summary>MalformedCommand where a command follows that is damaged, cut, too long or not the last thing; otherwise None.</summary>
    /// <remarks>Such a packet must be refused: taken for a plain one it would ask for something else than its sender did.</remarks>
    public DropReason Problem { get; }

    /// <summary>The signed command, unverified: a CommandTrailer's bytes, or nothing.</summary>
    public ReadOnlySpan<byte> Command { get; }

    /// <summary>The SecureOn password: four or six octets when exactly that many follow, or stand before the command; otherwise none.</summary>
    public ReadOnlySpan<byte> Password => HasTrailer ? default : _tail[..^Command.Length];

    /// <summary>What else follows, up to the next magic packet or the end: it is tolerated.</summary>
    public ReadOnlySpan<byte> Trailer => HasTrailer ? _tail : default;

    private static ReadOnlySpan<int> PasswordSizes => [0, 4, 6];

    private bool HasTrailer => _tail.Length - Command.Length is not (0 or 4 or 6);

    /// <summary>A payload: the prefix, then the packet with its password (0, 4 or 6 octets) and its command as many times as asked.</summary>
    public static byte[] Build(
        MacAddress target, ReadOnlySpan<byte> password = default, ReadOnlySpan<byte> prefix = default, int copies = 1,
        ReadOnlySpan<byte> command = default)
    {
        if (!PasswordSizes.Contains(password.Length))
            throw new ArgumentException($"A SecureOn password has 4 or 6 octets, not {password.Length}.", nameof(password));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(copies);

        var size = Size + password.Length + command.Length;
        var payload = new byte[prefix.Length + copies * size];
        prefix.CopyTo(payload);
        for (var rest = payload.AsSpan(prefix.Length); rest.Length > 0; rest = rest[size..])
        {
            rest[..SyncSize].Fill(0xFF);
            for (var i = SyncSize; i < Size; i += MacAddress.Size) target.CopyTo(rest[i..]);
            password.CopyTo(rest[Size..]);
            command.CopyTo(rest[(Size + password.Length)..]);
        }
        return payload;
    }

    /// <summary>Finds a command in what follows the sixteen repetitions: at once, or after a password.</summary>
    internal static bool TryFindCommand(ReadOnlySpan<byte> following, out int passwordSize, out CommandTrailer command)
    {
        command = default;
        passwordSize = 0;
        if (following.Length < CommandTrailer.SignatureSize) return false; // nothing or a password, as after most packets
        foreach (var size in PasswordSizes)
        {
            if (following.Length < size || !CommandTrailer.TryParse(following[size..], out command)) continue;
            passwordSize = size;
            return true;
        }
        return false;
    }

    private static bool IsRemnantOfCommand(ReadOnlySpan<byte> tail)
    {
        // No longer than a password, it is one.
        if (tail.Length <= PasswordSizes[^1]) return false;
        foreach (var size in PasswordSizes)
        {
            if (tail.Length >= size + 2 && CommandTrailer.IsRemnant(tail[size..], tail.Length)) return true;
        }
        return false;
    }
}
