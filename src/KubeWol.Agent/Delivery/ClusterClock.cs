using System.Globalization;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// What time it is for the cluster: this node's clock, put right where the API server's answers prove it wrong. An answer dated D, that was asked for at s
/// and there at r, tells that the API server's clock is ahead by no less than D - r and by less than D + 1 s - s; many answers tell it to the milliseconds.
/// </summary>
internal sealed class ClusterClock(TimeProvider local, AgentMetrics metrics, ILogger<ClusterClock> logger) : TimeProvider, IServerDates
{
    /// <summary>By which parts of the agent ask for it in place of the node's own clock: those that compare with when something was heard.</summary>
    public const string Key = "cluster";

    /// <summary>How much two clocks that are kept by NTP may come apart: Linux slews a clock by 500 ppm at the most, and rarely for long.</summary>
    private const double Drift = 200e-6;

    /// <summary>A node whose clock is wrong by less is not worth a line in the log.</summary>
    private static readonly TimeSpan WorthSaying = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();

    /// <summary>By how much the API server's clock is ahead of our timestamps, which do not jump when somebody sets the node's clock; and when that was learnt.</summary>
    private (long Least, long Most, long At)? _known;

    private TimeSpan _said;

    public override long TimestampFrequency => local.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => local.LocalTimeZone;

    /// <summary>By how much the cluster's clock is ahead of this node's; zero unless that is proven.</summary>
    public TimeSpan Correction
    {
        get
        {
            lock (_gate)
            {
                if (_known is not { } known) return TimeSpan.Zero;
                var now = Since(local.GetTimestamp());
                var own = local.GetUtcNow().UtcTicks - now;
                var doubt = DoubtSince(known.At, now);
                var (least, most) = (known.Least - doubt - own, known.Most + doubt - own);
                // In the middle it is wrong by half of what is not known at the most, and two nodes that are both wrong differ no more than that.
                return least <= 0 && most >= 0 ? TimeSpan.Zero : new(least + (most - least) / 2);
            }
        }
    }

    /// <summary>How far apart the earliest and the latest are that it may be for the cluster now; null while nothing is known.</summary>
    public TimeSpan? Doubt
    {
        get
        {
            lock (_gate) return _known is { } known ? new(known.Most - known.Least + 2 * DoubtSince(known.At, Since(local.GetTimestamp()))) : null;
        }
    }

    /// <summary>Two nodes that know it as well as this agree on whether two frames are copies of one broadcast.</summary>
    public static readonly TimeSpan GoodEnough = TimeSpan.FromMilliseconds(400);

    /// <summary>Whether the API server has said what time it is, often enough: one answer may be older than it says.</summary>
    public bool IsKnown => Doubt < GoodEnough;

    /// <summary>Whether it will still be known in eight minutes, if nobody asks before: doubt grows by 0.4 ms a second.</summary>
    public bool IsKnownForLong => Doubt < GoodEnough / 2;

    /// <summary>The cluster's time of what happened a moment ago, by this node's clock.</summary>
    public DateTimeOffset Of(DateTimeOffset localTime) => localTime + Correction;

    public override DateTimeOffset GetUtcNow() => Of(local.GetUtcNow());

    public override long GetTimestamp() => local.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => local.CreateTimer(callback, state, dueTime, period);

    public void Said(DateTimeOffset serverTime, long sent, long received)
    {
        lock (_gate)
        {
            var (asked, now) = (Since(sent), Since(received));
            var (least, most) = (serverTime.UtcTicks - now, serverTime.UtcTicks + TimeSpan.TicksPerSecond - asked);
            if (_known is { } before)
            {
                var doubt = DoubtSince(before.At, now);
                var (lower, upper) = (Math.Max(least, before.Least - doubt), Math.Min(most, before.Most + doubt));
                // A contradiction: somebody set the API server's clock, or another API server answers now. What it says now counts.
                if (lower <= upper) (least, most) = (lower, upper);
            }

            _known = (least, most, now);
        }

        Report(Correction);
    }

    /// <summary>What is known, for a later life on the same node; null while nothing is.</summary>
    public string? ToText()
    {
        lock (_gate) return _known is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.Least} {known.Most} {known.At}") : null;
    }

    /// <summary>Takes what an earlier life knew since the node was started, unless something newer is known; text that says nothing sensible is none.</summary>
    public void Recall(string text)
    {
        var numbers = text.Split(' ').Select(n => long.TryParse(n, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : (long?)null).ToList();
        if (numbers is not [{ } least, { } most, { } at] || least > most || at > Since(local.GetTimestamp())) return;
        lock (_gate) _known ??= (least, most, at);
        Report(Correction);
    }

    private static long DoubtSince(long then, long now) => (long)((now - then) * Drift);

    /// <summary>Ticks since timestamps began, which is when the node was started: they mean the same to every life of an agent until the next start.</summary>
    private long Since(long timestamp) => local.GetElapsedTime(0, timestamp).Ticks;

    /// <summary>In the log it is once, and again when it is another.</summary>
    private void Report(TimeSpan correction)
    {
        metrics.ClockIsOff(correction);
        lock (_gate)
        {
            if ((correction - _said).Duration() < WorthSaying) return;
            _said = correction.Duration() < WorthSaying ? TimeSpan.Zero : correction;
        }

        if (correction.Duration() < WorthSaying) logger.ClockIsRight();
        else logger.ClockIsWrong(Math.Round(Math.Abs(correction.TotalSeconds), 1), correction < TimeSpan.Zero ? "ahead of" : "behind");
    }
}
