using KubeWol.Cli.Output;
using KubeWol.TestCluster;

namespace KubeWol.Cli.Tests;

/// <summary>What one command line came to.</summary>
internal sealed record Run(ExitCode Code, string Out, string Error)
{
    /// <summary>The output where it ended well; throws what it complained about otherwise.</summary>
    public string Checked => Code == ExitCode.Done ? Out : throw new TestClusterException($"ended with {Code}: {Error}{Out}");

    public string[] Lines => Out.TrimEnd('\n').Split('\n');

    /// <summary>Runs a command line in this process, without a terminal.</summary>
    public static Task<Run> Async(params string[] args) => Async(new Around(), args);

    public static async Task<Run> Async(Around around, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        // Each writer is written to by one at a time, but for the line that is painted in the background.
        var terminal = new Terminal
        {
            Out = TextWriter.Synchronized(output), Error = TextWriter.Synchronized(error), In = () => new StringReader(around.Typed), Asks = around.Typed.Length > 0,
            IsLive = around.IsLive, ColoursOut = around.Colours, ColoursError = around.Colours, Width = 100,
        };
        var code = await KubectlWol.RunAsync(
            args, new() { Terminal = terminal, Time = around.Time, Variable = around.Variables.GetValueOrDefault }, TestContext.Current.CancellationToken);
        return new((ExitCode)code, output.ToString(), error.ToString());
    }
}

/// <summary>What a command line finds around it.</summary>
internal sealed record Around
{
    public string Typed { get; init; } = "";

    public bool IsLive { get; init; }

    public bool Colours { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}
