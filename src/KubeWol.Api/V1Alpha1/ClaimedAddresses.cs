using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>A set of MAC addresses.</summary>
[Rule("(has(self.prefixes) && self.prefixes.size() > 0) || (has(self.ranges) && self.ranges.size() > 0)",
    "say which addresses are claimed: set at least one of macAddresses.prefixes and macAddresses.ranges")]
public sealed record ClaimedAddresses
{
    /// <summary>The first one to five octets of addresses, such as 52:54:00:aa, in any spelling.</summary>
    [MaxItems(32)]
    [StringLength(14, MinimumLength = 2)]
    [Rule("self.all(p, p.matches('^[0-9A-Fa-f]{2}([:.-]?[0-9A-Fa-f]{2}){0,4}$'))", "a prefix is one to five hexadecimal octets, such as 52:54:00:aa")]
    [Rule("self.all(p, !p.matches('^.[13579bdfBDF]'))", "an address whose first octet is odd is a multicast address: no machine can have it")]
    public IReadOnlyList<string>? Prefixes { get; init; }

    /// <summary>Addresses from one to another.</summary>
    [MaxItems(32)]
    public IReadOnlyList<AddressRange>? Ranges { get; init; }
}

/// <summary>All addresses from one to another, both included.</summary>
[Rule("self.from.lowerAscii().replace(':', '').replace('-', '').replace('.', '') <= self.to.lowerAscii().replace(':', '').replace('-', '').replace('.', '')",
    "the range ends before it begins: exchange from and to")]
public sealed record AddressRange
{
    /// <summary>The first address.</summary>
    [Required]
    [StringLength(17)]
    [Rule("self.matches('^[0-9A-Fa-f]{2}([:.-]?[0-9A-Fa-f]{2}){5}$')", "a MAC address is six hexadecimal octets, such as 52:54:00:12:34:56")]
    public string From { get; init; } = "";

    /// <summary>The last address.</summary>
    [Required]
    [StringLength(17)]
    [Rule("self.matches('^[0-9A-Fa-f]{2}([:.-]?[0-9A-Fa-f]{2}){5}$')", "a MAC address is six hexadecimal octets, such as 52:54:00:12:34:56")]
    public string To { get; init; } = "";
}
