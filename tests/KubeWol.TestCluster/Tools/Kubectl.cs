using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tools;

/// <summary>kubectl with one kubeconfig.</summary>
public sealed class Kubectl
{
    private static int s_runs;

    private readonly string _program;
    private readonly string _kubeconfig;
    private readonly StateDirectory _state;

    public Kubectl(string program, string kubeconfig, StateDirectory state) => (_program, _kubeconfig, _state) = (program, kubeconfig, state);

    public Task<CommandResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(arguments, null, cancellationToken);

    public async Task<CommandResult> RunAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        // A home of its own for each run: kubectl remembers the kinds it found there, and tests make new ones.
        var home = Directory.CreateDirectory(_state.File($"kubectl-{Interlocked.Increment(ref s_runs)}"));
        try
        {
            return await Command.RunAsync(Spec(arguments, home.FullName), input, cancellationToken);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    /// <summary>What a run that must succeed wrote.</summary>
    public async Task<string> OutputAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        (await RunAsync(arguments, cancellationToken)).Checked;

    /// <summary>kubectl apply with YAML or JSON.</summary>
    public async Task<string> ApplyAsync(string manifest, CancellationToken cancellationToken) =>
        (await RunAsync(["apply", "-f", "-"], manifest, cancellationToken)).Checked;

    private ProcessSpec Spec(IReadOnlyList<string> arguments, string home) => new(_program, ["--kubeconfig", _kubeconfig, .. arguments])
    {
        Environment = new Dictionary<string, string?> { ["HOME"] = home, ["KUBECONFIG"] = null },
    };
}
