using System.CommandLine;

namespace KubeWol.Cli.Output;

/// <summary>How a result is printed.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    Json,

    Yaml,

    /// <summary>KIND/NAME, for other programs.</summary>
    Name,
}

/// <summary>The option for it.</summary>
internal static class OutputOption
{
    public static Option<OutputFormat> Create(params string[] formats)
    {
        var option = new Option<OutputFormat>("--output", "-o")
        {
            Description = $"{string.Join(", ", formats)}; for people if not given.",
            HelpName = "FORMAT",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (formats.Contains(text)) return Enum.Parse<OutputFormat>(text, ignoreCase: true);
                result.AddError($"--output: '{text}' is none of {string.Join(", ", formats)}");
                return OutputFormat.Text;
            },
        };
        option.CompletionSources.Add(formats);
        return option;
    }
}
