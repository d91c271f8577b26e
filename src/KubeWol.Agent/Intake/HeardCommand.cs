using KubeWol.Proofs;
using KubeWol.Protocol;

namespace KubeWol.Agent.Intake;

/// <summary>A signed command as it came. Nobody has verified it.</summary>
/// <param name="Text">All its octets in base64, as a WakeRequest carries it.</param>
/// <param name="SignedDigest">SHA-256 over what was signed: what makes it the same command, whatever signature stands behind it.</param>
internal sealed record HeardCommand(string Text, byte[] SignedDigest)
{
    /// <summary>Copies one out of a packet; null where the packet carries none.</summary>
    public static HeardCommand? In(in MagicPacket packet) => Of(packet.Command);

    /// <summary>Reads what <see cref="Text"/> says; null where that is no command.</summary>
    /// <exception cref="FormatException">It is not base64.</exception>
    public static HeardCommand? Parse(string text) => Of(Convert.FromBase64String(text));

    private static HeardCommand? Of(ReadOnlySpan<byte> bytes) =>
        CommandTrailer.TryParse(bytes, out var trailer) ? new(Convert.ToBase64String(trailer.Bytes), CommandEnvelope.DigestOf(trailer)) : null;
}
