using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Templates;

/// <summary>What $(name) stands for.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Text">How it is written inside a longer string.</param>
internal readonly record struct ParameterValue(ParameterType Type, string Text)
{
    /// <summary>How it is written where it stands alone. Kubernetes writes quantities as strings.</summary>
    public JsonValue ToJson() => Type switch
    {
        ParameterType.Integer => JsonValue.Create(long.Parse(Text, CultureInfo.InvariantCulture)),
        ParameterType.Boolean => JsonValue.Create(Text == "true"),
        _ => JsonValue.Create(Text),
    };
}
