using KubeWol.ControllerRuntime.Cluster;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// How an API server in trouble is asked: with a limit for each attempt, a few attempts in a row, and once most of them fail none at all but one
/// probe at a time, until a probe succeeds. Shared by all that is sent.
/// </summary>
internal sealed class DeliveryPipeline
{
    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A server that wants to be left alone for longer is asked all the same.</summary>
    private static readonly TimeSpan LongestWish = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ShortestBreak = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestBreak = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _pipeline;
    private volatile TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _wish;

    public DeliveryPipeline(AgentMetrics metrics, TimeProvider time)
    {
        _time = time;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = new SteadyTime(time) }
            .AddRetry(new RetryStrategyOptions
            {
                // A server that says when it wants to be asked again is not asked before: such a message goes back to the others.
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<ApiException>(e => e.IsTransient && Wish(e) is null),
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(50),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                OnRetry = _ =>
                {
                    metrics.WriteRetried();
                    return default;
                },
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                // Whatever it is, a defect of ours included: a probe that ended in nothing that Polly knows would leave the circuit half open for ever.
                // A refusal that may concern one message alone counts, too: where such refusals are all there is, they are paced like the rest.
                ShouldHandle = new PredicateBuilder().Handle<Exception>(e => e is not OperationCanceledException),
                FailureRatio = 0.5,
                MinimumThroughput = 8,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDurationGenerator = given => new(Break(given.HalfOpenAttempts)),
                OnOpened = _ =>
                {
                    if (_closed.Task.IsCompleted) _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    metrics.CircuitOpen(true);
                    return default;
                },
                OnClosed = _ =>
                {
                    metrics.CircuitOpen(false);
                    _closed.TrySetResult();
                    return default;
                },
            })
            .AddTimeout(AttemptTimeout)
            .Build();
        _closed.SetResult();
    }

    /// <summary>How long a refusal asks to be left alone, or null. "At once" is no answer of a server in trouble.</summary>
    public static TimeSpan? Wish(ApiException refusal) =>
        refusal.RetryAfter is { Ticks: > 0 } wish ? TimeSpan.FromTicks(Math.Min(wish.Ticks, LongestWish.Ticks)) : null;

    /// <summary>Sends something.</summary>
    /// <exception cref="BrokenCircuitException">The server is only probed, and this was not the probe; nothing was sent.</exception>
    public async Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken) =>
        await _pipeline.ExecuteAsync(
            async token =>
            {
                try
                {
                    return await send(token).ConfigureAwait(false);
                }
                catch (ApiException e)
                {
                    _wish = Wish(e) ?? TimeSpan.Zero;
                    throw;
                }
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>Waits until the circuit is closed, or until another probe may be made.</summary>
    public async Task RecoverAsync(BrokenCircuitException broken, CancellationToken cancellationToken)
    {
        var wait = broken.RetryAfter is { Ticks: > 0 } given ? given : ShortestBreak;
        try
        {
            await _closed.Task.WaitAsync(wait, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Time for a probe.
        }
    }

    /// <summary>Longer and longer, and not the same on all nodes; as long as the server wished for, if it did.</summary>
    private TimeSpan Break(int probes)
    {
        var usual = LongestBreak.Ticks < ShortestBreak.Ticks << Math.Min(probes, 10) ? LongestBreak : ShortestBreak * (1 << Math.Min(probes, 10));
        return (usual > _wish ? usual : _wish) * (1 - (Random.Shared.NextDouble() / 4));
    }

    /// <summary>Polly counts a break by the wall clock; one that is set back would make it last for hours.</summary>
    private sealed class SteadyTime(TimeProvider time) : TimeProvider
    {
        private readonly DateTimeOffset _start = time.GetUtcNow();
        private readonly long _startedAt = time.GetTimestamp();

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _start + time.GetElapsedTime(_startedAt);

        public override long GetTimestamp() => time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }
}
