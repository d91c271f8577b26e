namespace KubeWol.TestCluster.Processes;

/// <summary>Runs programs that end by themselves.</summary>
public static class Command
{
    /// <summary>Runs to the end; cancellation kills.</summary>
    public static async Task<CommandResult> RunAsync(ProcessSpec spec, string? input, CancellationToken cancellationToken)
    {
        using var process = spec.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await WriteAsync(process.StandardInput, input, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult($"{spec.Name} {string.Join(' ', spec.Arguments)}", process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public static Task<CommandResult> RunAsync(ProcessSpec spec, CancellationToken cancellationToken) => RunAsync(spec, null, cancellationToken);

    private static async Task WriteAsync(StreamWriter standardInput, string? input, CancellationToken cancellationToken)
    {
        try
        {
            await using (standardInput) await standardInput.WriteAsync(input.AsMemory(), cancellationToken);
        }
        catch (IOException)
        {
            // The program ended before it read everything; its exit code says the rest.
        }
    }
}
