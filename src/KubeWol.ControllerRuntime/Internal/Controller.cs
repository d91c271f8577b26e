using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Internal;

/// <summary>Takes keys from the queue and hands them to a reconciler, several at a time, each key to one at a time.</summary>
internal sealed class Controller(string name, IReconciler reconciler, WorkQueue queue, Action begin, ControllerSettings settings, RuntimeMetrics metrics, TimeProvider time, ILogger logger)
{
    /// <summary>Brings what there is to do, then works until <paramref name="stopping"/>; then takes no new key, cancels what is under way, and completes when that has ended.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        begin();
        await Task.WhenAll(Enumerable.Range(0, settings.Workers).Select(_ => Task.Run(() => WorkAsync(stopping), CancellationToken.None))).ConfigureAwait(false);
        queue.Dispose(); // the caches may go on bringing keys
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            while (await queue.TakeAsync(stopping).ConfigureAwait(false) is { } key)
            {
                await ReconcileAsync(key, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the loop, not a failure.
        }
    }

    private async Task ReconcileAsync(ResourceKey key, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(settings.ReconcileTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        var began = time.GetTimestamp();
        var outcome = "success";
        try
        {
            var answer = await reconciler.ReconcileAsync(key, either.Token).ConfigureAwait(false);
            queue.Forget(key);
            if (answer.Delay is { } delay) queue.AddAfter(key, delay);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            outcome = "cancelled";
        }
        catch (TerminalException e)
        {
            outcome = "terminal";
            queue.Forget(key);
            logger.GivenUp(e, name, key);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Somebody else wrote first; the cache is about to show it.
            outcome = "conflict";
            logger.Conflict(name, key, queue.AddFailed(key));
        }
#pragma warning disable CA1031 // the edge of the loop: one key's failure must not end the others' work
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome = deadline.IsCancellationRequested ? "timeout" : "failure";
            logger.Failed(e, name, key, e.Message, queue.AddFailed(key, (e as ApiException)?.RetryAfter ?? TimeSpan.Zero));
        }
        finally
        {
            queue.Done(key);
            metrics.Reconciled(name, outcome, time.GetElapsedTime(began));
        }
    }
}
