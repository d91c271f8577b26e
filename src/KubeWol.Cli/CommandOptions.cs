using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Cli;

/// <summary>Arguments and options that several commands have, so that they are spelt, read and refused alike.</summary>
internal static class CommandOptions
{
    /// <summary>What a request may ask for, in the order in which it is told.</summary>
    public static readonly IReadOnlyList<string> Verbs = ["wake", "sleep", "move", "instantiate", "destroy"];

    public static Argument<MacAddress> Mac(string description) => new("MAC")
    {
        Description = description,
        CustomParser = result => MacIn(result, result.Tokens[0].Value),
    };

    public static Option<MacAddress?> MacOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "MAC",
        CustomParser = result => MacIn(result, result.Tokens[0].Value),
    };

    public static Option<ushort?> Port(string description) => new("--port", "-p")
    {
        Description = description,
        HelpName = "PORT",
        CustomParser = result =>
        {
            if (ushort.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0) return port;
            result.AddError($"--port: '{result.Tokens[0].Value}' is not a port (1 to 65535)");
            return null;
        },
    };

    public static Option<ushort[]> Vlans(string description) => new("--vlan")
    {
        Description = description,
        HelpName = "ID",
        CustomParser = result =>
        {
            var ids = new List<ushort>();
            foreach (var text in result.Tokens.SelectMany(t => t.Value.Split(',')))
            {
                if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id is > 0 and <= 4094) ids.Add(id);
                else result.AddError($"--vlan: '{text}' is not a VLAN (1 to 4094)");
            }

            if (ids.Count > VlanIds.Max) result.AddError($"--vlan: a frame has {VlanIds.Max} tags at the most");
            return [.. ids];
        },
    };

    /// <summary>A verb, in any case.</summary>
    public static WakeAction VerbIn(SymbolResult result, string text)
    {
        if (Verbs.Contains(text, StringComparer.OrdinalIgnoreCase)) return Enum.Parse<WakeAction>(text, ignoreCase: true);
        result.AddError($"'{text}' is none of the verbs: {string.Join(", ", Verbs)}");
        return WakeAction.Unknown;
    }

    public static Option<Dictionary<string, string>?> Pairs(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "NAME=VALUE",
        CustomParser = result =>
        {
            var pairs = new Dictionary<string, string>();
            foreach (var text in result.Tokens.Select(t => t.Value))
            {
                if (text.Split('=', 2) is [{ Length: > 0 } key, var value]) pairs[key] = value;
                else result.AddError($"{name}: '{text}' is not written as name=value");
            }

            return pairs;
        },
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>A whole number within bounds, or null where it is not given.</summary>
    public static Option<int?> Number(string name, string description, int least, int most) => new(name)
    {
        Description = $"{description} ({least} to {most}).",
        HelpName = "N",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
            result.AddError($"{name}: '{result.Tokens[0].Value}' is not a number from {least} to {most}");
            return null;
        },
    };

    private static MacAddress MacIn(ArgumentResult result, string text)
    {
        if (MacAddress.TryParse(text, out var mac)) return mac;
        result.AddError($"'{text}' is not a MAC address, such as 52:54:00:12:34:56");
        return default;
    }
}
