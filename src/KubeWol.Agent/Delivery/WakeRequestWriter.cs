using System.Net;
using KubeWol.Agent.Intake;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace KubeWol.Agent.Delivery;

/// <summary>Writes messages as WakeRequests. The API server settles which node is first; an API server that is away is waited for.</summary>
internal sealed class WakeRequestWriter(FrameIntake intake, Instructions instructions, ClusterClient client, AgentOptions options, AgentMetrics metrics, TimeProvider time, ILogger<WakeRequestWriter> logger) : BackgroundService
{
    /// <summary>Messages written at the same time.</summary>
    private const int Writers = 8;

    /// <summary>How often one message may be asked for anew within a window after its request came to an end.</summary>
    private const int Attempts = 5;

    /// <summary>Likewise for a signed command: as many copies of it with a wrong signature cannot keep the right one out.</summary>
    private const int CommandAttempts = 16;

    /// <summary>The same command heard at most this much later is the same broadcast, heard by another node.</summary>
    private static readonly TimeSpan OneBroadcast = TimeSpan.FromSeconds(5);

    /// <summary>How long a message with a password waits, after a start, for the key to seal it with.</summary>
    private static readonly TimeSpan KeyPatience = TimeSpan.FromSeconds(2);

    /// <summary>A message that was heard this long ago is of no use any more: nobody waits that long for a machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(WakeRequestSpec.DefaultDeadlineSeconds);

    /// <summary>A request that came to an end is only followed by another one for a message heard at least this much later, so that clocks of nodes may differ a little.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(1);

    private int _isFailing;
    private volatile bool _wasAnswered;
    private volatile string _problem = "";

    /// <summary>Null once the API server has answered, else what it or the network says. A later outage is waited for in the queue.</summary>
    public string? Missing => _wasAnswered ? null : $"waiting for the API server: {_problem}".TrimEnd(' ', ':');

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var patiently = Patiently(metrics.WriteRetried);
        return Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAllAsync(patiently, stoppingToken)).Append(GreetAsync(stoppingToken)));
    }

    /// <summary>
    /// Asks for a request that does not exist, until there is an answer: so that the first frame finds the connection open and the code compiled,
    /// and so that a missing right or CRD is known before anybody waits for a machine.
    /// </summary>
    private async Task GreetAsync(CancellationToken stopping)
    {
        try
        {
            await Patiently(static () => { }).ExecuteAsync(
                async token => _ = await client.GetAsync(WakeRequest.Type, new(options.Namespace, "kubewol-agent-greeting"), token).ConfigureAwait(false), stopping).ConfigureAwait(false);
            _wasAnswered = true;
            Succeeded();
        }
        catch (ApiException e)
        {
            Failed(e);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the service.
        }
    }

    private async Task WriteAllAsync(ResiliencePipeline patiently, CancellationToken stopping)
    {
        try
        {
            await foreach (var signal in intake.Signals.ReadAllAsync(stopping).ConfigureAwait(false))
            {
                try
                {
                    await WriteAsync(signal, patiently, stopping).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // the edge of a loop: a writer that ended would be missed by every message after this one
                catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    logger.WriterFaulted(e, signal.Target);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the service.
        }
    }

    private async Task WriteAsync(WakeSignal signal, ResiliencePipeline patiently, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(PatienceLeft(signal), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            if (signal.Password is not null) await WaitForKeyAsync(either.Token).ConfigureAwait(false);
            var outcome = await patiently.ExecuteAsync(async token => await TryCreateAsync(signal, token).ConfigureAwait(false), either.Token).ConfigureAwait(false);
            Succeeded();
            Report(signal, outcome);
        }
        catch (ApiException e)
        {
            metrics.RequestRefused();
            signal.Mark.Became("Refused");
            logger.RequestRefused(signal.Target, e.Message);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            metrics.MessageExpired();
            signal.Mark.Became("Expired");
            logger.MessageExpired(signal.Target, Patience);
        }
        finally
        {
            signal.Password?.Clear();
        }
    }

    /// <summary>Just started, the agent may not know yet what the operator has published.</summary>
    private async Task WaitForKeyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await instructions.Known.WaitAsync(KeyPatience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Then without: a request that says the password was left out is better than none.
        }
    }

    private void Report(WakeSignal signal, Outcome outcome)
    {
        var (result, request) = outcome;
        var (name, sender) = (request.Metadata.Name, signal.SourceIp?.ToString() ?? signal.SourceMac.ToString());
        signal.Mark.Became($"{result}", name);
        switch (result)
        {
            case Result.AlreadyThere:
                metrics.RequestWasThere();
                break;
            case Result.Replayed:
                metrics.RequestReplayed();
                logger.Replayed(signal.Target, sender, name);
                break;
            default:
                metrics.RequestWritten(time.GetUtcNow() - signal.CapturedAt);
                logger.Requested(name, signal.Target, sender, signal.Interface);
                if (signal.Password is null) break;
                var isSealed = request.Spec.Frame!.SecureOnDigest is not null;
                metrics.PasswordWritten(isSealed);
                if (!isSealed) logger.PasswordLeftOut(name);
                break;
        }
    }

    /// <summary>Counted from when the message was heard: a queue that stood still must not start machines nobody wants any more. Clocks may jump.</summary>
    private TimeSpan PatienceLeft(WakeSignal signal)
    {
        var age = (time.GetUtcNow() - signal.CapturedAt).Ticks;
        return TimeSpan.FromTicks(Patience.Ticks - Math.Clamp(age, 0, Patience.Ticks));
    }

    /// <summary>Trouble is in the log when it begins and when it is over, however many messages and attempts it takes.</summary>
    private void Failed(Exception problem)
    {
        _problem = problem.Message;
        if (Interlocked.Exchange(ref _isFailing, 1) == 0) logger.CannotWrite(problem.Message);
    }

    private void Succeeded()
    {
        if (Interlocked.Exchange(ref _isFailing, 0) == 1) logger.CanWriteAgain();
    }

    /// <summary>Creates the request, or finds what says that it need not be created; under the first name of the message's that is not taken by something else.</summary>
    private async Task<Outcome> TryCreateAsync(WakeSignal signal, CancellationToken cancellationToken)
    {
        var attempts = signal.Command is null ? Attempts : CommandAttempts;
        for (var attempt = 0; ; attempt++)
        {
            var request = Request(signal, attempt);
            try
            {
                await client.CreateAsync(WakeRequest.Type, request, cancellationToken).ConfigureAwait(false);
                return new(Result.Created, request);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                var there = await client.GetAsync(WakeRequest.Type, ResourceKey.Of(request), cancellationToken).ConfigureAwait(false);
                if (there is null || attempt == attempts - 1) return new(Result.AlreadyThere, request);
                if ((signal.Command is { } command ? Compare(signal, command, there) : Compare(signal, there)) is { } result) return new(result, request);
            }
        }
    }

    /// <summary>Null for another message: that of a request which had come to its end when this one was heard.</summary>
    private static Result? Compare(WakeSignal signal, WakeRequest there) =>
        there.Status?.CompletedAt is not { } ended || ended + Afterwards > signal.CapturedAt ? Result.AlreadyThere : null;

    /// <summary>Null for another message: what somebody made of this command to be there first.</summary>
    private static Result? Compare(WakeSignal signal, HeardCommand command, WakeRequest there)
    {
        if (there.Spec.Frame?.Command != command.Text) return null;
        return (signal.CapturedAt - there.Spec.Frame.CapturedAt)?.Duration() <= OneBroadcast ? Result.AlreadyThere : Result.Replayed;
    }

    private WakeRequest Request(WakeSignal signal, int attempt)
    {
        var name = signal.Command is { } command ? RequestName.Of(signal.Identity, command, attempt) : RequestName.Of(signal.Identity, signal.CapturedAt, attempt);
        return new()
        {
            Metadata = new()
            {
                Namespace = options.Namespace,
                Name = name,
                Labels = new Dictionary<string, string> { ["app.kubernetes.io/managed-by"] = "kubewol-agent", ["kubewol.io/mac"] = signal.Target.ToString("N") },
            },
            Spec = new() { Target = new() { MacAddress = signal.Target.ToString() }, Frame = Frame(signal, name) },
        };
    }

    private CapturedFrame Frame(WakeSignal signal, string request) => new()
    {
        Node = options.NodeName,
        Interface = signal.Interface,
        Transport = signal.Transport switch
        {
            WolTransport.UdpV4 => FrameTransport.UDPv4,
            WolTransport.UdpV6 => FrameTransport.UDPv6,
            _ => FrameTransport.Ethernet,
        },
        SourceMac = signal.SourceMac.ToString(),
        SourceIp = signal.SourceIp?.ToString(),
        DestinationPort = signal.DestinationPort == 0 ? null : signal.DestinationPort,
        Vlans = signal.Vlans.Count == 0 ? null : signal.Vlans,
        CapturedAt = signal.CapturedAt,
        SecureOnDigest = signal.Password is { } password
            ? instructions.SealingKey?.Seal(new(request, signal.Target, options.NodeName, signal.CapturedAt), password.Octets).ToString()
            : null,
        Command = signal.Command?.Text,
    };

    private ResiliencePipeline Patiently(Action onRetry) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<TimeoutException>().Handle<ApiException>(e => !IsFinal(e)),
            MaxRetryAttempts = int.MaxValue,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(5),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            // "At once" is no answer to a server in trouble: it gets the usual delay.
            DelayGenerator = static retry => new(retry.Outcome.Exception is ApiException { RetryAfter: { Ticks: > 0 } after } ? after : null),
            OnRetry = retry =>
            {
                onRetry();
                Failed(retry.Outcome.Exception!);
                return default;
            },
        })
        .Build();

    /// <summary>The API server will never take this request, however often it is sent.</summary>
    private static bool IsFinal(ApiException e) => e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;

    /// <summary>What became of a message.</summary>
    private enum Result
    {
        Created,
        AlreadyThere,
        Replayed,
    }

    /// <summary>What became of a message, and its request: ours, or ours as it would have been.</summary>
    private sealed record Outcome(Result Result, WakeRequest Request);
}
