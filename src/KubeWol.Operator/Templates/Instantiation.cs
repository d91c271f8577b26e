using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Operator.Templates;

/// <summary>A machine that is to be made: everything about it that the template and the request say. Pure: the same call gives the same machine.</summary>
/// <param name="Template">From what.</param>
/// <param name="Address">With which address.</param>
/// <param name="Name">Under which name, in the template's namespace.</param>
/// <param name="Values">What the placeholders stand for.</param>
internal sealed record Instantiation(WakeTemplate Template, MacAddress Address, string Name, IReadOnlyDictionary<string, ParameterValue> Values)
{
    /// <summary>The instantiation, or why there can be none: the request's fault, or the template's.</summary>
    public static (Instantiation? Wanted, WakeReason? Problem, string? Words) Of(
        WakeTemplate template, MacAddress address, IReadOnlyDictionary<string, string> parameters)
    {
        var title = $"WakeTemplate {template.Metadata.Namespace}/{template.Metadata.Name}";
        if (TemplateCheck.Problem(template) is { } problem) return (null, WakeReason.TemplateNotUsable, $"{title} cannot be used: {problem.Words}");

        var (given, mistake) = ParameterRules.Read(template.Spec.Parameters ?? [], parameters);
        if (mistake is not null) return (null, WakeReason.InvalidParameters, $"{title}: {mistake}");

        var values = WithBuiltIns(given, address);
        var name = Placeholders.Fill(NameTemplate(template), values);
        if (!MachineName.IsValid(name)) return (null, WakeReason.InvalidParameters, $"{title} would call the machine \"{name}\": {MachineName.Rule}");
        return (new(template, address, name, values), null, null);
    }

    /// <summary>The pattern of the names.</summary>
    public static string NameTemplate(WakeTemplate template) => template.Spec.NameTemplate ?? $"{template.Metadata.Name}-$(macHex)";

    /// <summary>The parameters' values, and those that are always there.</summary>
    public static Dictionary<string, ParameterValue> WithBuiltIns(IReadOnlyDictionary<string, ParameterValue> given, MacAddress address) => new(given)
    {
        ["mac"] = new(ParameterType.String, address.ToString()),
        ["macHex"] = new(ParameterType.String, address.ToString("N")),
    };
}
