using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Where a frame was heard, and from whom. Whatever is set must match; of a list, one.</summary>
[Rule("has(self.nodes) || has(self.interfaces) || has(self.vlans) || has(self.sourceMACs) || has(self.sourceCIDRs)",
    "say where frames come from: set at least one of nodes, interfaces, vlans, sourceMACs and sourceCIDRs")]
public sealed record FrameOrigin
{
    /// <summary>Names of the nodes that heard it.</summary>
    [MaxItems(64)]
    [StringLength(253, MinimumLength = 1)]
    public IReadOnlyList<string>? Nodes { get; init; }

    /// <summary>Names of the network interfaces it was heard on.</summary>
    [MaxItems(32)]
    [StringLength(15, MinimumLength = 1)]
    public IReadOnlyList<string>? Interfaces { get; init; }

    /// <summary>The VLAN it came from, by its outermost tag, which is the one that switches enforce. 0: it had no tag.</summary>
    [MaxItems(64)]
    [Range(0, 4_094)]
    public IReadOnlyList<int>? Vlans { get; init; }

    /// <summary>MAC addresses of the sender, or their first octets, such as 52:54:00. A sender can claim any.</summary>
    [MaxItems(64)]
    [StringLength(17, MinimumLength = 2)]
    [Rule("self.all(m, m.matches('^[0-9A-Fa-f]{2}([:.-]?[0-9A-Fa-f]{2}){0,5}$'))", "a MAC address, or the beginning of one, is one to six hexadecimal octets, such as 52:54:00:12:34:56 or 52:54:00")]
    [JsonPropertyName("sourceMACs")]
    public IReadOnlyList<string>? SourceMacs { get; init; }

    /// <summary>IP networks of the sender, such as 192.168.1.0/24. Frames without IP match none. A sender can claim any address.</summary>
    [MaxItems(64)]
    [StringLength(49, MinimumLength = 3)]
    [Rule("self.all(c, c.matches('^([0-9]{1,3}([.][0-9]{1,3}){3}/([0-9]|[12][0-9]|3[0-2])|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))$'))",
        "an IP network is written as 192.168.1.0/24 or fd00::/8")]
    [JsonPropertyName("sourceCIDRs")]
    public IReadOnlyList<string>? SourceCidrs { get; init; }
}
