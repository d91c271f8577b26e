using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Whose signatures count, and how fresh a command must be.</summary>
public sealed record SignedProof
{
    /// <summary>How old a command may be that names no age, in seconds.</summary>
    public const int DefaultMaxAgeSeconds = 60;

    /// <summary>How far the sender's clock may be off, in seconds.</summary>
    public const int DefaultClockSkewSeconds = 30;

    /// <summary>The public keys. All count, so that a new one can be added before the old one goes.</summary>
    [Required]
    [MaxItems(16)]
    [ListMapKey("id")]
    [Rule("self.size() > 0", "without a key no signature counts: add one")]
    public IReadOnlyList<SigningKey> Keys { get; init; } = [];

    /// <summary>How long, in seconds, a command counts after it was made; 60 if not set.</summary>
    [Range(1, 1_800)]
    [DefaultValue(DefaultMaxAgeSeconds)]
    public int? MaxAgeSeconds { get; init; }

    /// <summary>How far, in seconds, the sender's clock may differ from the node's, in either direction; 30 if not set.</summary>
    [Range(0, 300)]
    [DefaultValue(DefaultClockSkewSeconds)]
    public int? ClockSkewSeconds { get; init; }
}

/// <summary>A sender's public key.</summary>
public sealed record SigningKey
{
    /// <summary>Its name, which stands in the commands signed with it (COSE's kid, as UTF-8).</summary>
    [Required]
    [StringLength(32, MinimumLength = 1)]
    public string Id { get; init; } = "";

    /// <summary>The key in PEM: an ECDSA key on P-256, for ES256.</summary>
    [Required]
    [StringLength(1024)]
    [Rule("self.contains('-----BEGIN PUBLIC KEY-----')", "a public key in PEM begins with -----BEGIN PUBLIC KEY-----; a private key does not belong here")]
    public string PublicKey { get; init; } = "";
}
