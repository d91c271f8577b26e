using KubeWol.Cli.Output;

namespace KubeWol.Cli;

/// <summary>kubectl finds the program by its name, kubectl-wol, and calls it as <c>kubectl wol</c>.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) =>
        KubectlWol.RunAsync(args, new() { Terminal = Terminal.OfThisProcess(Environment.GetEnvironmentVariable) }, CancellationToken.None);
}
