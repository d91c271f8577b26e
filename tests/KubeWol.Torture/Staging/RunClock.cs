using System.Diagnostics;

namespace KubeWol.Torture.Staging;

/// <summary>The time of a run: of plans, of what was sent and of who lived when. Begins with the first message.</summary>
internal sealed class RunClock
{
    private readonly Stopwatch _watch = new();

    public TimeSpan Now => _watch.Elapsed;

    public void Begin() => _watch.Start();

    /// <summary>Waits until it is that time; not at all when it is past.</summary>
    public async Task UntilAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        while (time - Now is { Ticks: > 0 } left) await Task.Delay(left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left, cancellationToken);
    }
}
