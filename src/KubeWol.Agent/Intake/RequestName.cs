using System.Buffers.Binary;
using System.Security.Cryptography;

namespace KubeWol.Agent.Intake;

/// <summary>
/// The name of the WakeRequest for a message: the same on every node that heard it, so that the API server itself lets only the first one
/// through. It says nothing about a password but its length: a hash of a four-octet password would be guessed at once.
/// </summary>
internal static class RequestName
{
    /// <summary>Messages that are the same within one such window share a name; a sender that repeats later asks anew.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    /// <param name="message">What was said.</param>
    /// <param name="capturedAt">When it was heard.</param>
    /// <param name="attempt">0, or the number of requests of this window that have come to their end and must not keep the sender from asking again.</param>
    public static string Of(MessageIdentity message, DateTimeOffset capturedAt, int attempt)
    {
        Span<byte> input = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64BigEndian(input, message.Target.Bits);
        BinaryPrimitives.WriteUInt16BigEndian(input[8..], message.DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(input[10..], (ushort)message.PasswordLength);
        BinaryPrimitives.WriteInt64BigEndian(input[12..], capturedAt.UtcTicks / Window.Ticks);
        BinaryPrimitives.WriteInt32BigEndian(input[20..], attempt);
        return $"wol-{message.Target:N}-{Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 5))}";
    }
}
