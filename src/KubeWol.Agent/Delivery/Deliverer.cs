using KubeWol.Agent.Intake;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// Brings messages to the API server until it has acknowledged each. Nobody sits on a message that cannot be brought now: it goes back into the
/// outbox with a pause of its own.
/// </summary>
internal sealed class Deliverer(
    Outbox outbox, Spool spool, RequestWriter writer, DeliveryPipeline pipeline, Instructions instructions, ClusterClient client, AgentOptions options, AgentMetrics metrics, [FromKeyedServices(ClusterClock.Key)] TimeProvider time,
    ILogger<Deliverer> logger) : BackgroundService
{
    /// <summary>Messages sent at the same time: half by those who would rather have a fresh one, half by those who would rather have the oldest.</summary>
    internal const int Workers = 16;

    /// <summary>How long messages with a password wait, while the API server answers, for the key to seal it with.</summary>
    private static readonly TimeSpan KeyPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan KeyLook = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private const long Never = long.MinValue;

    private long _answeredAt = Never;
    private int _isFailing;
    private volatile bool _wasAnswered;
    private volatile string _problem = "";

    /// <summary>Null once the API server has answered, else what it or the network says. A later outage is waited for in the outbox.</summary>
    public string? Missing => _wasAnswered ? null : $"waiting for the API server: {_problem}".TrimEnd(' ', ':');

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await spool.StopAsync().ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        spool.Start(outbox.TryRestore);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(i => WorkAsync(preferFresh: i % 2 == 0, stoppingToken)).Append(GreetAsync(stoppingToken)).Append(SweepAsync(stoppingToken)))
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the service.
        }
    }

    private async Task WorkAsync(bool preferFresh, CancellationToken stopping)
    {
        while (true)
        {
            var entry = await outbox.TakeAsync(preferFresh, stopping).ConfigureAwait(false);
            try
            {
                await DeliverAsync(entry, stopping).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // the edge of a loop: a worker that ended would be missed by every message after this one
            catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.DeliveryFaulted(e, entry.Signal.Target);
                outbox.GiveBack(entry, Pause(entry.Attempts, e), wasTried: true);
            }
        }
    }

    private async Task DeliverAsync(OutboxEntry entry, CancellationToken stopping)
    {
        if (MustWaitForKey(entry.Signal))
        {
            outbox.GiveBack(entry, KeyLook, wasTried: false);
            return;
        }

        WriteOutcome outcome;
        try
        {
            outcome = await pipeline.ExecuteAsync(token => writer.WriteAsync(entry, token), stopping).ConfigureAwait(false);
        }
        catch (BrokenCircuitException e)
        {
            Failed(e.InnerException ?? e);
            outbox.GiveBack(entry, TimeSpan.Zero, wasTried: false);
            await pipeline.RecoverAsync(e, stopping).ConfigureAwait(false);
            return;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or TimeoutRejectedException)
        {
            Failed(e);
            metrics.WriteRetried();
            outbox.GiveBack(entry, Pause(entry.Attempts, e), wasTried: true);
            return;
        }

        var isSealed = outcome.Request.Spec.Frame!.SecureOnDigest is not null;
        outbox.Remove(entry);
        Succeeded();
        Report(entry.Signal, outcome, isSealed);
    }

    /// <summary>
    /// Just started, the agent may not know yet what the operator has published. In the end it goes without: a request that says that the password was left out is
    /// better than none.
    /// </summary>
    private bool MustWaitForKey(WakeSignal signal) => signal.Password is not null && !instructions.AreKnown
        && (Interlocked.Read(ref _answeredAt) is var first && (first == Never || time.GetElapsedTime(first) < KeyPatience));

    private void Report(WakeSignal signal, WriteOutcome outcome, bool isSealed)
    {
        var (name, sender) = (outcome.Request.Metadata.Name, signal.SourceIp?.ToString() ?? signal.SourceMac.ToString());
        signal.Mark.Became($"{outcome.Result}", name);
        switch (outcome.Result)
        {
            case WriteResult.AlreadyThere:
                metrics.RequestWasThere();
                return;
            case WriteResult.Replayed:
                logger.Replayed(signal.Target, sender, name);
                metrics.RequestReplayed();
                return;
            case WriteResult.Refused:
                logger.RequestRefused(signal.Target, outcome.Problem!);
                metrics.RequestRefused();
                return;
        }

        var age = time.GetUtcNow() - outcome.Request.Spec.Frame!.CapturedAt!.Value; // which is dated, whatever the signal was
        if (age >= Outbox.Deadline)
        {
            logger.BroughtLate(name, signal.Target, age);
            metrics.RequestLate();
        }
        else
        {
            logger.Requested(name, signal.Target, sender, signal.Interface);
            metrics.RequestWritten(age);
        }

        if (signal.Turn.Rank > 0) metrics.TookOver();
        if (signal.Identity.Password.Length == 0) return;
        metrics.PasswordWritten(isSealed);
        if (!isSealed) logger.PasswordLeftOut(name);
    }

    /// <summary>
    /// Until a message is tried again. What the server refuses for a reason that may be this message's own is tried less and less often, so that it
    /// does not cost the others anything; trouble that all share is the circuit's business.
    /// </summary>
    internal static TimeSpan Pause(int attempts, Exception problem)
    {
        if (problem is ApiException refusal && DeliveryPipeline.Wish(refusal) is { } wish) return wish * (1 + (Random.Shared.NextDouble() / 20));
        var isShared = problem is not ApiException { IsTransient: false } and (ApiException or HttpRequestException or TimeoutException or TimeoutRejectedException);
        var (shortest, longest) = isShared ? (0.2, 5.0) : (1.0, 30.0);
        return TimeSpan.FromSeconds(Math.Min(longest, shortest * Math.Pow(2, Math.Min(attempts, 10))) * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>Trouble is in the log when it begins and when it is over, however many messages and attempts it takes.</summary>
    private void Failed(Exception problem)
    {
        _problem = problem.Message;
        if (Interlocked.Exchange(ref _isFailing, 1) == 1) return;
        Interlocked.Exchange(ref _answeredAt, Never);
        logger.CannotWrite(problem.Message);
    }

    private void Succeeded()
    {
        NoteAnswer();
        if (Interlocked.Exchange(ref _isFailing, 0) == 1) logger.CanWriteAgain();
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        while (true)
        {
            outbox.Sweep();
            await Task.Delay(SweepEvery, time, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Asks for a request that does not exist, until there is an answer: so that the first frame finds the connection open and the code compiled,
    /// and so that a missing right or CRD is known before anybody waits for a machine.
    /// </summary>
    private async Task GreetAsync(CancellationToken stopping)
    {
        var patiently = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<TimeoutException>().Handle<ApiException>(),
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(5),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = static retry => new(retry.Outcome.Exception is ApiException refusal ? DeliveryPipeline.Wish(refusal) : null),
                OnRetry = retry =>
                {
                    Failed(retry.Outcome.Exception!);
                    return default;
                },
            })
            .Build();
        await patiently.ExecuteAsync(
            async token => _ = await client.GetAsync(WakeRequest.Type, new(options.Namespace, "kubewol-agent-greeting"), token).ConfigureAwait(false), stopping).ConfigureAwait(false);
        Succeeded();
        _wasAnswered = true;
    }

    /// <summary>From when on the network and the API server are there.</summary>
    private void NoteAnswer() => Interlocked.CompareExchange(ref _answeredAt, time.GetTimestamp(), Never);
}
