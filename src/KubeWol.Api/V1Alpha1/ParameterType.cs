using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What the value of a parameter is.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<ParameterType>))]
[SuppressMessage("Naming", "CA1720", Justification = "These are the names that users of the API know.")]
public enum ParameterType
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Any text.</summary>
    String,

    /// <summary>A whole number of up to 64 bits.</summary>
    Integer,

    /// <summary>The words true or false.</summary>
    Boolean,

    /// <summary>An amount as Kubernetes writes it, such as 500m or 4Gi.</summary>
    Quantity,
}
