using System.Diagnostics;

namespace KubeWol.TestCluster;

/// <summary>Waiting for what comes about by itself, with an end.</summary>
public static class Eventually
{
    /// <summary>Seconds to wait at the most; a real cluster is slower than ours.</summary>
    private const string PatienceVariable = "KUBEWOL_TEST_PATIENCE";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable(PatienceVariable), out var seconds) ? seconds : 20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Asks until the answer is true; <see cref="TestClusterException"/> after 20 s (or KUBEWOL_TEST_PATIENCE), naming what was waited for: "the pod is gone".</summary>
    public static Task BecomesTrueAsync(string what, Func<Task<bool>> condition, CancellationToken cancellationToken) =>
        BecomesTrueAsync(what, Limit, condition, cancellationToken);

    /// <summary>The same for what takes longer; <paramref name="limit"/> counts where it is more than the usual one.</summary>
    public static async Task BecomesTrueAsync(string what, TimeSpan limit, Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        if (limit < Limit) limit = Limit;
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit) throw new TestClusterException($"Waited {limit.TotalSeconds:0} s in vain: {what}.");
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <inheritdoc cref="BecomesTrueAsync(string, Func{Task{bool}}, CancellationToken)"/>
    public static Task BecomesTrueAsync(string what, Func<bool> condition, CancellationToken cancellationToken) =>
        BecomesTrueAsync(what, () => Task.FromResult(condition()), cancellationToken);
}
