namespace KubeWol.Cli.Output;

/// <summary>Where the program reads and writes. Colour and movement are for people: only on a terminal, and not with NO_COLOR (no-color.org) or TERM=dumb.</summary>
internal sealed class Terminal
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Opened when it is needed: .NET tells a terminal that it will be read from, in escape sequences.</summary>
    public Func<TextReader> In { get; init; } = static () => TextReader.Null;

    /// <summary>Whether a person answers.</summary>
    public bool Asks { get; init; }

    /// <summary>Whether lines on the error stream may be painted over.</summary>
    public bool IsLive { get; init; }

    /// <summary>How wide a line on the error stream may be.</summary>
    public int Width { get; init; } = 80;

    public bool ColoursOut { get; init; }

    public bool ColoursError { get; init; }

    /// <summary>The one of this process.</summary>
    public static Terminal OfThisProcess(Func<string, string?> variable)
    {
        var moves = variable("TERM") is not (null or "" or "dumb") || (OperatingSystem.IsWindows() && variable("WT_SESSION") is not null);
        var colours = moves && string.IsNullOrEmpty(variable("NO_COLOR"));
        return new()
        {
            Out = Console.Out,
            Error = Console.Error,
            In = static () => Console.In,
            Asks = !Console.IsInputRedirected && !Console.IsErrorRedirected,
            IsLive = moves && !Console.IsErrorRedirected,
            Width = Console.IsErrorRedirected ? 80 : WindowWidth(),
            ColoursOut = colours && !Console.IsOutputRedirected,
            ColoursError = colours && !Console.IsErrorRedirected,
        };
    }

    /// <summary>Text for the output stream.</summary>
    public string Paint(Tone tone, string text) => Paint(tone, text, ColoursOut);

    /// <summary>Text for the error stream.</summary>
    public string PaintError(Tone tone, string text) => Paint(tone, text, ColoursError);

    private static string Paint(Tone tone, string text, bool colours) => colours && tone != Tone.Plain ? $"\e[{(int)tone}m{text}\e[0m" : text;

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 20 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80; // a terminal that does not say
        }
    }
}
