using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using KubeWol.Api.Schema;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What a capture agent saw.</summary>
public sealed record CapturedFrame
{
    /// <summary>The node whose agent heard the frame first.</summary>
    [Required]
    [StringLength(253, MinimumLength = 1)]
    public string? Node { get; init; }

    /// <summary>The network interface it was heard on.</summary>
    [Required]
    [StringLength(15, MinimumLength = 1)]
    public string? Interface { get; init; }

    /// <summary>What the magic packet travelled in.</summary>
    [Required]
    public FrameTransport? Transport { get; init; }

    /// <summary>The Ethernet source address.</summary>
    [StringLength(17)]
    [JsonPropertyName("sourceMAC")]
    public string? SourceMac { get; init; }

    /// <summary>The IP source address; absent for bare Ethernet frames.</summary>
    [StringLength(45)]
    [JsonPropertyName("sourceIP")]
    public string? SourceIp { get; init; }

    /// <summary>The UDP destination port; absent for bare Ethernet frames.</summary>
    [Range(1, 65_535)]
    public int? DestinationPort { get; init; }

    /// <summary>The VLAN ids the frame carried, outermost first.</summary>
    [MaxItems(8)]
    [Range(0, 4_095)]
    public IReadOnlyList<int>? Vlans { get; init; }

    /// <summary>When the node's kernel received the frame.</summary>
    [Required]
    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? CapturedAt { get; init; }

    /// <summary>Stands for the frame's SecureOn password, so that the operator alone can compare it; the password itself stands nowhere.</summary>
    [StringLength(256, MinimumLength = 1)]
    public string? SecureOnDigest { get; init; }

    /// <summary>The signed command the frame carried, in base64 (COSE_Sign1). The operator verifies it.</summary>
    [StringLength(1_368, MinimumLength = 1)]
    public string? Command { get; init; }
}
