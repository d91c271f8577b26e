using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Something that a WakeRequest may say about its machine. All values are written as strings: "2", "true", "4Gi".</summary>
[Rule("!has(self.required) || !self.required || !has(self.default)", "a required parameter has no use for a default: remove one of the two")]
[Rule("(has(self.required) && self.required) || has(self.default) || self.type == 'String'",
    "give the parameter a default, or make it required (only a String can do without: it is empty then)")]
[Rule("(!has(self.pattern) && !has(self.maxLength)) || self.type == 'String'", "pattern and maxLength go with type String only")]
[Rule("(!has(self.minimum) && !has(self.maximum)) || self.type == 'Integer' || self.type == 'Quantity'", "minimum and maximum go with types Integer and Quantity only")]
public sealed record TemplateParameter
{
    /// <summary>Its name; $(name) stands for its value.</summary>
    [Required]
    [StringLength(63, MinimumLength = 1)]
    [Rule("self.matches('^[A-Za-z][A-Za-z0-9_-]*$')", "a parameter's name is a letter, then letters, digits, _ and -")]
    [Rule("self != 'mac' && self != 'macHex'", "mac and macHex are always there: choose another name")]
    public string Name { get; init; } = "";

    /// <summary>What its value is.</summary>
    [DefaultValue(nameof(ParameterType.String))]
    public ParameterType? Type { get; init; }

    /// <summary>What it is good for.</summary>
    [StringLength(1024)]
    public string? Description { get; init; }

    /// <summary>Its value where the request says nothing.</summary>
    [StringLength(1024)]
    public string? Default { get; init; }

    /// <summary>Whether the request must say something. Then a Wake-on-LAN message alone, which can say nothing, does not do.</summary>
    public bool? Required { get; init; }

    /// <summary>The values it may have; any if not set.</summary>
    [JsonPropertyName("enum")]
    [MaxItems(32)]
    [StringLength(1024)]
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>A regular expression (without lookaround and back-references) that the whole value must match.</summary>
    [StringLength(512, MinimumLength = 1)]
    public string? Pattern { get; init; }

    /// <summary>The smallest value.</summary>
    [StringLength(64, MinimumLength = 1)]
    public string? Minimum { get; init; }

    /// <summary>The largest value.</summary>
    [StringLength(64, MinimumLength = 1)]
    public string? Maximum { get; init; }

    /// <summary>The most characters; 1024 if not set.</summary>
    [Range(0, 1024)]
    public int? MaxLength { get; init; }
}
