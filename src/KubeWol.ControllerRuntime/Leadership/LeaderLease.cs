using System.Text.Json;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Leadership;

/// <summary>
/// Elects one leader by a Lease object. Expiry is judged by how long *this* process has seen the lease unchanged, never by comparing
/// clocks of two machines. A leader that cannot renew in time stops leading for good; starting again is the simplest correct hand-over.
/// </summary>
internal sealed class LeaderLease(ClusterClient client, LeaderLeaseOptions options, RuntimeMetrics metrics, TimeProvider time, ILogger<LeaderLease> logger) : IDisposable
{
    private readonly TaskCompletionSource _acquired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lost = new();
    private readonly ResourceKey _key = new(options.Namespace, options.Name);
    private Lease? _seen;
    private long _seenAt;

    /// <summary>Completes once this process leads.</summary>
    public Task Acquired => _acquired.Task;

    /// <summary>Cancelled when this process led and does so no longer.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Waits for the lease, holds it until it is lost or <paramref name="stopping"/> is cancelled. Does not release it: see <see cref="ReleaseAsync"/>.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!await TryAcquireAsync(stopping).ConfigureAwait(false)) await PauseAsync(stopping).ConfigureAwait(false);
            logger.Leading(options.Identity, _key);
            metrics.Leading(true);
            _acquired.TrySetResult();
            logger.LostLease(options.Identity, _key, await HoldAsync(stopping).ConfigureAwait(false));
            metrics.Leading(false);
            await _lost.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Still the leader, if it was; the lease is released once the last work is done.
        }
    }

    /// <summary>Lets go of the lease, if held, so that another may lead at once.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (!_acquired.Task.IsCompleted || _lost.IsCancellationRequested) return;
        try
        {
            await WriteAsync(_seen!.Spec with { HolderIdentity = "", LeaseDurationSeconds = 1, RenewTime = time.GetUtcNow() }, cancellationToken).ConfigureAwait(false);
            metrics.Leading(false);
            logger.Released(options.Identity, _key);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or OperationCanceledException)
        {
            logger.LeaseUnreachable(_key, e.Message); // it will expire by itself
        }
    }

    public void Dispose() => _lost.Dispose();

    private async Task<bool> TryAcquireAsync(CancellationToken stopping)
    {
        try
        {
            var lease = await client.GetAsync(Lease.Type, _key, stopping).ConfigureAwait(false);
            if (lease is null)
            {
                var mine = new Lease { Metadata = new() { Namespace = _key.Namespace, Name = _key.Name }, Spec = Claim(transitions: 0) };
                _seen = await client.CreateAsync(Lease.Type, mine, stopping).ConfigureAwait(false);
                return true;
            }

            var changed = _seen?.Metadata.ResourceVersion != lease.Metadata.ResourceVersion;
            if (changed && _seen?.Spec.HolderIdentity != lease.Spec.HolderIdentity && !IsFree(lease)) logger.StandingBy(lease.Spec.HolderIdentity!, options.Identity, _key);
            if (changed) (_seen, _seenAt) = (lease, time.GetTimestamp());
            var patience = TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? options.Duration.TotalSeconds);
            if (!IsFree(lease) && time.GetElapsedTime(_seenAt) < patience) return false;
            await WriteAsync(Claim((lease.Spec.LeaseTransitions ?? 0) + 1), stopping).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return false; // another was faster
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            logger.LeaseUnreachable(_key, e.Message);
            return false;
        }
    }

    /// <summary>Renews until that is no longer possible, and returns why.</summary>
    private async Task<string> HoldAsync(CancellationToken stopping)
    {
        var renewedAt = time.GetTimestamp();
        while (true)
        {
            await PauseAsync(stopping).ConfigureAwait(false);
            var left = options.RenewDeadline - time.GetElapsedTime(renewedAt);
            if (left <= TimeSpan.Zero) return $"it could not be renewed for {options.RenewDeadline.TotalSeconds:0.#} s";
            using var deadline = new CancellationTokenSource(left, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
            var began = time.GetTimestamp();
            try
            {
                await WriteAsync(_seen!.Spec with { RenewTime = time.GetUtcNow() }, either.Token).ConfigureAwait(false);
                renewedAt = began; // counted from before the request: the server may have stored it at once and answered late
            }
            catch (ApiException e) when (e.IsConflict || e.IsNotFound)
            {
                if (await TakenByAsync(either.Token).ConfigureAwait(false) is { } other) return $"{other} took it";
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
            {
                logger.LeaseUnreachable(_key, e.Message);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                logger.LeaseUnreachable(_key, "no answer");
            }
        }
    }

    /// <summary>Reads the lease after a conflict: null when it is still ours (an answer to an earlier renewal was lost, or somebody touched its labels).</summary>
    private async Task<string?> TakenByAsync(CancellationToken cancellationToken)
    {
        try
        {
            var lease = await client.GetAsync(Lease.Type, _key, cancellationToken).ConfigureAwait(false);
            if (lease is null) return "somebody deleted it; nobody";
            if (lease.Spec.HolderIdentity != options.Identity) return lease.Spec.HolderIdentity is { Length: > 0 } other ? other : "nobody";
            _seen = lease;
            return null;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or OperationCanceledException)
        {
            return null; // not known yet; the renew deadline decides
        }
    }

    private async Task WriteAsync(LeaseSpec spec, CancellationToken cancellationToken)
    {
        var patch = new LeasePatch(new(_seen!.Metadata.ResourceVersion), spec);
        _seen = await client.PatchAsync(Lease.Type, _key, JsonSerializer.SerializeToUtf8Bytes(patch, LeaseJson.Default.LeasePatch), null, cancellationToken).ConfigureAwait(false);
    }

    private LeaseSpec Claim(int transitions) => new()
    {
        HolderIdentity = options.Identity,
        LeaseDurationSeconds = (int)Math.Ceiling(options.Duration.TotalSeconds),
        AcquireTime = time.GetUtcNow(),
        RenewTime = time.GetUtcNow(),
        LeaseTransitions = transitions,
    };

    private Task PauseAsync(CancellationToken stopping) => Task.Delay(options.RetryPeriod * (0.8 + Random.Shared.NextDouble() * 0.4), time, stopping);

    private static bool IsFree(Lease lease) => string.IsNullOrEmpty(lease.Spec.HolderIdentity);
}
