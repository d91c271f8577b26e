using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Where a machine is to go.</summary>
[Rule("!has(self.nodeName) || !has(self.nodeSelector)", "set nodeName or nodeSelector, not both")]
public sealed record MoveSettings
{
    /// <summary>The node's name.</summary>
    [StringLength(253, MinimumLength = 1)]
    public string? NodeName { get; init; }

    /// <summary>Labels the node must have.</summary>
    [MaxItems(16)]
    [StringLength(63)]
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }
}
