using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.Hosting;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// Asks the API server what time it is: after the start as often as it takes to know it well, and then now and then. A date without fractions tells most
/// by when it changes, so it is asked for at different moments of a second.
/// </summary>
internal sealed class ClockReader(ClusterClock clock, Spool spool, ClusterClient client, AgentOptions options, TimeProvider time) : BackgroundService
{
    /// <summary>After the start.</summary>
    private const int FirstReadings = 20;

    /// <summary>While a message waits for its date.</summary>
    private const int QuickReadings = 10;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(310);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileBusy = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileFair = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var quick = 0; !stoppingToken.IsCancellationRequested; quick++)
        {
            var isAnswered = await AskAsync(stoppingToken).ConfigureAwait(false);
            if (clock.IsKnown) spool.RememberTime();
            if (clock.IsKnownForLong) quick = 0;

            // A server that is so busy, or so far away, that its answers tell little is asked less often.
            var wait = !isAnswered ? AfterFailure
                : clock.IsKnownForLong ? Later * Spread()
                : quick < FirstReadings ? Soon
                : (clock.IsKnown ? WhileFair : WhileBusy) * Spread();
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks until it is known well, for who must not go on before; what the API server does not answer is the caller's affair.</summary>
    public async Task KnowAsync(CancellationToken cancellationToken)
    {
        for (var reading = 0; reading < QuickReadings && !clock.IsKnown; reading++)
        {
            if (reading > 0) await Task.Delay(Soon, time, cancellationToken).ConfigureAwait(false);
            await PeekAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static double Spread() => 0.5 + Random.Shared.NextDouble();

    private async Task<bool> AskAsync(CancellationToken stopping)
    {
        try
        {
            await PeekAsync(stopping).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            return false; // whoever has something to write says so in the log
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Any question does; this is one that an agent may ask, and that costs little.</summary>
    private async Task PeekAsync(CancellationToken cancellationToken) =>
        _ = await client.PeekAsync(WakeRequest.Type, new(options.Namespace, "kubewol-agent-clock"), cancellationToken).ConfigureAwait(false);
}
