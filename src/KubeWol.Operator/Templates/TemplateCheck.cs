using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Operator.Templates;

/// <summary>What can be said of a template without looking at anything else.</summary>
internal static class TemplateCheck
{
    private static readonly MacAddress Any = new(0x0200_0000_0001);

    /// <summary>Why no request could ever use it; null where one may.</summary>
    public static TemplateProblem? Problem(WakeTemplate template)
    {
        var spec = template.Spec;
        if (spec.CloneOf?.Kind == CloneSourceKind.Unknown || spec is { VirtualMachine: null, CloneOf: null, VirtualMachineTemplate: null })
        {
            return new(TemplateReason.Unsupported, "this version of KubeWol does not know what its machines are made from");
        }

        foreach (var parameter in spec.Parameters ?? [])
        {
            if (ParameterRules.Mistake(parameter) is { } mistake) return new(TemplateReason.InvalidParameter, mistake);
        }

        var known = Instantiation.WithBuiltIns((spec.Parameters ?? []).ToDictionary(p => p.Name, Sample), Any);
        foreach (var (path, text) in Texts(template))
        {
            if (Placeholders.Names(text).FirstOrDefault(n => !known.ContainsKey(n)) is { } stranger) return new(TemplateReason.UnknownPlaceholder, Unknown(path, stranger));
        }

        var pattern = Instantiation.NameTemplate(template);
        if (Placeholders.Names(pattern).All(n => n is "mac" or "macHex") && !MachineName.IsValid(Placeholders.Fill(pattern, known)))
        {
            return new(TemplateReason.InvalidName, $"a machine would be called \"{Placeholders.Fill(pattern, known)}\", and {MachineName.Rule}; set nameTemplate");
        }

        return spec.VirtualMachine is { } inline && MachineDocument.GiveAddress(Placeholders.Fill(inline.Spec, known) as JsonObject, spec.Interface, Any) is { } missing
            ? new(TemplateReason.NoInterface, missing)
            : null;
    }

    private static IEnumerable<(string Path, string Text)> Texts(WakeTemplate template)
    {
        var inline = template.Spec.VirtualMachine;
        return Pairs("virtualMachine.metadata.labels", inline?.Metadata?.Labels)
            .Concat(Pairs("virtualMachine.metadata.annotations", inline?.Metadata?.Annotations))
            .Concat(inline is null ? [] : Placeholders.Leaves(inline.Spec, "virtualMachine.spec"))
            .Concat(Pairs("virtualMachineTemplate.parameters", template.Spec.VirtualMachineTemplate?.Parameters))
            .Append(("nameTemplate", Instantiation.NameTemplate(template)));

        static IEnumerable<(string, string)> Pairs(string path, IReadOnlyDictionary<string, string>? map) => map?.Select(p => ($"{path}.{p.Key}", p.Value)) ?? [];
    }

    private static string Unknown(string path, string name) => name.Length is > 0 and <= 32 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        ? $"{path} contains $({name}), which is not one of its parameters; declare it, or write $$({name}) if it is to stay as it is"
        : $"{path} contains a $( that begins no placeholder; write $$( where it is to stay as it is";

    /// <summary>Something of the parameter's type.</summary>
    private static ParameterValue Sample(TemplateParameter parameter) => parameter.Type switch
    {
        var type when parameter.Default is { } standard => new(type ?? ParameterType.String, standard),
        ParameterType.Integer or ParameterType.Quantity => new(parameter.Type.Value, "1"),
        ParameterType.Boolean => new(ParameterType.Boolean, "true"),
        _ => new(ParameterType.String, "x"),
    };
}
