using System.Buffers.Binary;
using System.Security.Cryptography;
using KubeWol.Protocol;

namespace KubeWol.Agent.Intake;

/// <summary>What tells a frame's password from another's, without being it.</summary>
/// <param name="Length">Octets: 0, 4 or 6.</param>
/// <param name="NameBits">Eight bits of a hash, the same on every node: all that a request's name ever gives away of a password.</param>
/// <param name="Mark">A hash that only this process can make: tells all passwords apart, and is worth nothing elsewhere.</param>
internal readonly record struct PasswordTrace(byte Length, byte NameBits, UInt128 Mark)
{
    private const int SecretSize = 32;
    private const int LongestPassword = 6;
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(SecretSize);

    /// <summary>That of a frame to a machine; the default for one without a password.</summary>
    public static PasswordTrace Of(MacAddress target, ReadOnlySpan<byte> password)
    {
        if (password.IsEmpty) return default;
        Span<byte> input = stackalloc byte[SecretSize + MacAddress.Size + LongestPassword];
        input = input[..(SecretSize + MacAddress.Size + password.Length)];
        Secret.CopyTo(input);
        target.CopyTo(input[SecretSize..]);
        password.CopyTo(input[(SecretSize + MacAddress.Size)..]);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[SecretSize..], hash);
        var bits = hash[0];
        SHA256.HashData(input, hash);
        var mark = BinaryPrimitives.ReadUInt128BigEndian(hash);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(hash);
        return new((byte)password.Length, bits, mark);
    }
}
