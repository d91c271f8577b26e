using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Intake;

/// <summary>
/// Says how many messages are taken, of one sender and of all. A sender's own limit comes first and costs the others nothing, so that a loud one is
/// stopped before it has used up what is for everybody.
/// </summary>
internal sealed class FloodGuard : IDisposable
{
    /// <summary>Without a refusal for this long a flood is over.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly RateLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger<FloodGuard> _logger;
    private readonly BucketSize _senderSize;
    private readonly BucketSize _totalSize;
    private readonly SenderBuckets _senders = new();
    private readonly Lock _gate = new();
    private readonly ITimer _look;
    private TokenBucket _total;
    private long _refused;
    private long _refusedBefore;

    public FloodGuard(AgentOptions options, TimeProvider time, ILogger<FloodGuard> logger)
    {
        (_limits, _time, _logger) = (options.RateLimits, time, logger);
        _senderSize = BucketSize.Of(_limits.SenderBurst, _limits.SenderPerSecond, time);
        _totalSize = BucketSize.Of(_limits.Burst, _limits.PerSecond, time);
        _look = time.CreateTimer(static guard => ((FloodGuard)guard!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether another message of this sender is taken. One that is not costs nobody anything.</summary>
    public bool Admits(MacAddress sender)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            ref var own = ref _senders.Of(sender);
            var ownHas = own.HasToken(_senderSize, now);
            if (ownHas && _total.HasToken(_totalSize, now))
            {
                own.Take(_senderSize, now);
                _total.Take(_totalSize, now);
                return true;
            }

            if (_refused++ == 0) Begin(ownHas, sender);
            return false;
        }
    }

    public void Dispose() => _look.Dispose();

    private void Begin(bool ownHas, MacAddress sender)
    {
        if (ownHas) _logger.FloodOfAll(_limits.Burst, _limits.PerSecond);
        else _logger.FloodOfSender(sender, _limits.SenderBurst, _limits.SenderPerSecond);
        _look.Change(Quiet, Quiet);
    }

    /// <summary>A flood is in the log when it begins and when it is over, however many frames it has.</summary>
    private void Look()
    {
        lock (_gate)
        {
            var goesOn = _refused != _refusedBefore;
            _refusedBefore = _refused;
            if (goesOn) return;
            _look.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _logger.FloodOver(_refused);
            _refused = _refusedBefore = 0;
        }
    }
}
