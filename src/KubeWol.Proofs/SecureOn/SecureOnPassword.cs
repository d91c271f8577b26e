using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KubeWol.Protocol;

namespace KubeWol.Proofs.SecureOn;

/// <summary>A SecureOn password: four or six octets, which this type shows to nobody but a digest.</summary>
public sealed class SecureOnPassword
{
    private readonly byte[] _octets;

    private SecureOnPassword(byte[] octets) => _octets = octets;

    internal ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Takes a password as it stands on the wire: four or six octets.</summary>
    public static SecureOnPassword Of(ReadOnlySpan<byte> octets) =>
        IsLength(octets.Length) ? new(octets.ToArray()) : throw new ArgumentException("A SecureOn password has 4 or 6 octets.", nameof(octets));

    /// <summary>
    /// Reads what a person put into a Secret: four or six octets as they are; or, as text, 192.168.1.1 or aa:bb:cc:dd:ee:ff (also with hyphens).
    /// Exactly four or six octets are always taken as they are; a line end behind anything longer is not counted.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> secret, [NotNullWhen(true)] out SecureOnPassword? password)
    {
        var value = IsLength(secret.Length) ? secret : WithoutLineEnd(secret);
        password = IsLength(value.Length) ? Of(value) : FromText(value);
        return password is not null;
    }

    /// <summary>How long it is, and no more.</summary>
    public override string ToString() => $"a SecureOn password of {_octets.Length} octets";

    private static bool IsLength(int length) => length is 4 or 6;

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> text) => text switch
    {
        [.. var line, (byte)'\r', (byte)'\n'] => line,
        [.. var line, (byte)'\n'] => line,
        _ => text,
    };

    private static SecureOnPassword? FromText(ReadOnlySpan<byte> text)
    {
        const int longest = 17;
        if (text.Length > longest || !Ascii.IsValid(text)) return null;
        Span<char> characters = stackalloc char[longest];
        var written = characters[..Encoding.ASCII.GetChars(text, characters)];
        var isHex = written.Length == longest && written[2] is ':' or '-';
        if (isHex && MacAddress.TryParse(written, out var six))
        {
            var octets = new byte[MacAddress.Size];
            six.CopyTo(octets);
            return new(octets);
        }

        // IPAddress also reads 1.2 and 0x1.2.3.4, and a leading zero as octal: only what it would write itself is taken.
        return IPAddress.TryParse(written, out var four) && four.AddressFamily == AddressFamily.InterNetwork && written.SequenceEqual(four.ToString())
            ? new(four.GetAddressBytes())
            : null;
    }
}
