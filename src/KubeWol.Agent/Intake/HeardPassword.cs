using System.Security.Cryptography;

namespace KubeWol.Agent.Intake;

/// <summary>A SecureOn password on its way from the frame to its seal. Whoever is done with it clears it; nobody can print it.</summary>
internal sealed class HeardPassword(ReadOnlySpan<byte> octets)
{
    private readonly byte[] _octets = octets.ToArray();

    /// <summary>The password; zeros once it is cleared.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Whether it can prove nothing any more.</summary>
    public bool IsCleared { get; private set; }

    public void Clear()
    {
        IsCleared = true;
        CryptographicOperations.ZeroMemory(_octets);
    }

    public override string ToString() => $"a SecureOn password of {_octets.Length} octets";
}
