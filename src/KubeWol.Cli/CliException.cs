namespace KubeWol.Cli;

/// <summary>The program ends here, with a sentence for whoever called it.</summary>
/// <param name="code">The exit code.</param>
/// <param name="message">What is wrong.</param>
/// <param name="next">What to do about it, or null.</param>
internal sealed class CliException(ExitCode code, string message, string? next = null) : Exception(message)
{
    public ExitCode Code { get; } = code;

    public string? Next { get; } = next;
}
