using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using KubeWol.Agent.Intake;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// The name of the WakeRequest for a message: the same on every node that heard it, so that the API server itself lets only the first one
/// through. Of a password it says the length and eight bits, which is as much as can be had of it from names, whatever is computed from how many.
/// </summary>
internal static class RequestName
{
    /// <summary>Plain messages that are the same within one such window share a name; a sender that repeats later asks anew.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    /// <summary>How every name begins.</summary>
    public const string Prefix = "wol-";

    /// <summary>Copies of one broadcast are at most this far apart, by the clocks of the nodes that heard them.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    /// <summary>A time in the neighbouring window, where so little more or less would have made it that one; null in the middle of a window.</summary>
    public static DateTimeOffset? Neighbour(DateTimeOffset capturedAt)
    {
        var into = capturedAt.UtcTicks % Window.Ticks;
        return into < Tolerance.Ticks ? capturedAt.AddTicks(-into - 1)
            : Window.Ticks - into <= Tolerance.Ticks ? capturedAt.AddTicks(Window.Ticks - into)
            : null;
    }

    /// <summary>What is the same for every copy of a plain message whenever it is heard, and says no more of it than its request's name.</summary>
    public static string MessageOf(in MessageIdentity message)
    {
        Span<byte> input = stackalloc byte[12];
        Write(message, input);
        return Convert.ToHexStringLower(Hash(message, input).AsSpan(0, 8));
    }

    /// <summary>The name for a message.</summary>
    public static string Of(WakeSignal signal, int attempt) =>
        signal.Command is { } command ? Of(signal.Identity, command, attempt) : Of(signal.Identity, signal.CapturedAt, attempt);

    /// <summary>The name for a plain packet.</summary>
    /// <param name="message">What was said.</param>
    /// <param name="capturedAt">When it was heard.</param>
    /// <param name="attempt">0, or the number of requests of this window that have come to their end and must not keep the sender from asking again.</param>
    public static string Of(in MessageIdentity message, DateTimeOffset capturedAt, int attempt)
    {
        Span<byte> input = stackalloc byte[24];
        Write(message, input);
        BinaryPrimitives.WriteInt64BigEndian(input[12..], capturedAt.UtcTicks / Window.Ticks);
        BinaryPrimitives.WriteInt32BigEndian(input[20..], attempt);
        return Name(message, input);
    }

    /// <summary>The name for a signed command: it has a nonce, and is the same message for ever.</summary>
    /// <param name="message">What was said.</param>
    /// <param name="command">The command.</param>
    /// <param name="attempt">0, or the number of requests under whose names something else stands: copies of it with another signature.</param>
    public static string Of(in MessageIdentity message, HeardCommand command, int attempt)
    {
        Span<byte> input = stackalloc byte[8 + SHA256.HashSizeInBytes + 4];
        BinaryPrimitives.WriteUInt64BigEndian(input, message.Target.Bits);
        command.SignedDigest.CopyTo(input[8..]);
        BinaryPrimitives.WriteInt32BigEndian(input[^4..], attempt);
        return Name(message, input);
    }

    private static void Write(in MessageIdentity message, Span<byte> input)
    {
        BinaryPrimitives.WriteUInt64BigEndian(input, message.Target.Bits);
        BinaryPrimitives.WriteUInt16BigEndian(input[8..], message.DestinationPort);
        input[10] = message.Password.NameBits;
        input[11] = message.Password.Length;
    }

    private static string Name(in MessageIdentity message, ReadOnlySpan<byte> said) => $"wol-{message.Target:N}-{Convert.ToHexStringLower(Hash(message, said).AsSpan(0, 5))}";

    /// <summary>Where policies do not tell places apart there is nothing behind the message, and one broadcast has one name.</summary>
    private static byte[] Hash(in MessageIdentity message, ReadOnlySpan<byte> said)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(said);
        if (message.Node is { } node) hash.AppendData(Encoding.UTF8.GetBytes($"node {node}\n"));
        if (message.Interface is { } @interface) hash.AppendData(Encoding.UTF8.GetBytes($"interface {@interface}\n"));
        return hash.GetHashAndReset();
    }
}
