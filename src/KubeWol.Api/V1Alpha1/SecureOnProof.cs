using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>The SecureOn passwords that count. They stand in this namespace's Secret kubewol-secureon.</summary>
public sealed record SecureOnProof
{
    /// <summary>Keys of the Secret. Each holds a password of four or six octets: as they are, as aa:bb:cc:dd:ee:ff or as 192.168.1.1. Any of them counts, so that passwords can be exchanged one by one.</summary>
    [Required]
    [MaxItems(16)]
    [StringLength(253, MinimumLength = 1)]
    [Rule("self.size() > 0", "name at least one key of the Secret")]
    public IReadOnlyList<string> PasswordKeys { get; init; } = [];
}
