using System.Globalization;
using System.Text.RegularExpressions;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Templates;

/// <summary>What the values of parameters may be, and what the declarations of parameters may say.</summary>
internal static class ParameterRules
{
    private const int LongestValue = 1024;
    private const int LongestQuote = 64;

    /// <summary>What contradicts itself in a declaration, as a sentence; null where nothing does.</summary>
    public static string? Mistake(TemplateParameter parameter)
    {
        if (parameter.Type == ParameterType.Unknown) return $"this version of KubeWol does not know the type of parameter {parameter.Name}";
        if (parameter.Pattern is { } pattern && Compile(pattern) is null)
        {
            return $"the pattern of parameter {parameter.Name} is not a regular expression, or uses lookaround or back-references: {pattern}";
        }

        foreach (var (which, bound) in ((string, string?)[])[("minimum", parameter.Minimum), ("maximum", parameter.Maximum)])
        {
            if (bound is not null && Measure(parameter, bound) is null) return $"the {which} of parameter {parameter.Name} is not {Kind(parameter)}: {bound}";
        }

        if (parameter is { Default: null, Required: not true, Type: not (null or ParameterType.String) }) return $"parameter {parameter.Name} has no default and is not required";
        return parameter.Default is { } standard && Refusal(parameter, standard) is { } refusal ? $"the default of {refusal}" : null;
    }

    /// <summary>The values of all parameters, or what is wrong with those given, as a sentence.</summary>
    public static (IReadOnlyDictionary<string, ParameterValue> Values, string? Problem) Read(
        IReadOnlyList<TemplateParameter> declared, IReadOnlyDictionary<string, string> given)
    {
        var values = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        if (given.Keys.Where(name => declared.All(p => p.Name != name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } stranger)
        {
            return (values, $"it has no parameter {Quote(stranger)}; {(declared.Count == 0 ? "it has none" : $"it has {string.Join(", ", declared.Select(p => p.Name))}")}");
        }

        foreach (var parameter in declared)
        {
            if (!given.TryGetValue(parameter.Name, out var text))
            {
                if (parameter.Required == true) return (values, $"parameter {parameter.Name} is required; set spec.instantiate.parameters.{parameter.Name}");
                text = parameter.Default ?? "";
            }
            else if (Refusal(parameter, text) is { } refusal)
            {
                return (values, refusal);
            }

            values[parameter.Name] = new(parameter.Type ?? ParameterType.String, Canonical(parameter, text));
        }

        return (values, null);
    }

    private static string? Refusal(TemplateParameter parameter, string text)
    {
        var (name, quoted) = ($"parameter {parameter.Name}", Quote(text));
        if (text.Length > LongestValue) return $"{name} is longer than {LongestValue} characters";
        if (!HasType(parameter, text)) return $"{name} is not {Kind(parameter)}: {quoted}";
        if (parameter.Allowed is { Count: > 0 } allowed && !allowed.Contains(text)) return $"{name} must be one of {string.Join(", ", allowed.Select(Quote))}, not {quoted}";
        if (parameter.MaxLength is { } most && text.EnumerateRunes().Count() > most) return $"{name} is longer than {most} characters: {quoted}";
        if (parameter.Pattern is { } pattern && Compile(pattern)?.IsMatch(text) != true) return $"{name} does not match {pattern}: {quoted}";
        if (parameter.Minimum is { } low && Measure(parameter, text) < Measure(parameter, low)) return $"{name} is less than {low}: {quoted}";
        if (parameter.Maximum is { } high && Measure(parameter, text) > Measure(parameter, high)) return $"{name} is more than {high}: {quoted}";
        return null;
    }

    private static bool HasType(TemplateParameter parameter, string text) => parameter.Type switch
    {
        null or ParameterType.String => true,
        ParameterType.Boolean => text is "true" or "false",
        _ => Measure(parameter, text) is not null,
    };

    private static decimal? Measure(TemplateParameter parameter, string text) => parameter.Type == ParameterType.Quantity ? Quantity.Parse(text)
        : parameter.Type == ParameterType.Integer && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    private static string Canonical(TemplateParameter parameter, string text) =>
        parameter.Type == ParameterType.Integer ? long.Parse(text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) : text;

    private static string Kind(TemplateParameter parameter) => parameter.Type switch
    {
        ParameterType.Integer => "a whole number",
        ParameterType.Boolean => "true or false",
        ParameterType.Quantity => "an amount such as 500m or 4Gi",
        _ => "text",
    };

    /// <summary>Without backtracking, so that no value can make a match take forever.</summary>
    private static Regex? Compile(string pattern)
    {
        try
        {
            return new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Quote(string text) => $"\"{(text.Length <= LongestQuote ? text : string.Concat(text.AsSpan(0, LongestQuote), "…"))}\"";
}
