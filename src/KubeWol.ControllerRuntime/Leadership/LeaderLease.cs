using System.Text.Json;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Leadership;

/// <summary>
/// Elects one leader by a Lease object. Expiry is judged by how long *this* process has seen the lease unchanged, never by comparing
/// clocks of two machines. A leader that cannot renew in time stops leading for good; starting again is the simplest correct hand-over.
/// </summary>
internal sealed class LeaderLease(ClusterClient client, LeaderLeaseOptions options, RuntimeMetrics metrics, TimeProvider time, ILogger<LeaderLease> logger) : ITenure, IDisposable
{
    private readonly TaskCompletionSource _acquired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lost = new();
    private readonly ResourceKey _key = new(options.Namespace, options.Name);
    private Lease? _seen;
    private long _seenAt;

    /// <summary>When the last write that succeeded was begun: the server may store it at once and answer late, and a standby counts from the storing.</summary>
    private long _heldSince;

    /// <summary>The lease as it was when this process got it; null before. Its version is a moment of the whole store: nobody else leads after it.</summary>
    private ResourceMetadata? _won;

    /// <summary>Completes once this process leads.</summary>
    public Task Acquired => _acquired.Task;

    /// <summary>Cancelled when this process led and does so no longer.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Whether this process leads now, by the clock: after a freeze that is known before <see cref="Lost"/> is.</summary>
    public bool IsHeld => _acquired.Task.IsCompleted && !_lost.IsCancellationRequested && Left > TimeSpan.Zero;

    private TimeSpan Left => options.RenewDeadline - time.GetElapsedTime(Volatile.Read(ref _heldSince));

    /// <summary>So short that one request without an answer leaves time for another.</summary>
    private TimeSpan TryTime => options.RenewDeadline / 3;

    /// <summary>
    /// Waits for the lease, holds it until it is lost or <paramref name="stopping"/> is cancelled. Does not release it: see <see cref="ReleaseAsync"/>.
    /// A request that is under way is not cut off by <paramref name="stopping"/>, or nobody would know whether it counts.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            stopping.ThrowIfCancellationRequested();
            while (!await TryAcquireAsync().ConfigureAwait(false)) await PauseAsync(TimeSpan.MaxValue, stopping).ConfigureAwait(false);
            _won = _seen!.Metadata;
            logger.Leading(options.Identity, _key);
            metrics.Leading(true);
            _acquired.TrySetResult();
            var why = await HoldAsync(stopping).ConfigureAwait(false);
            logger.LostLease(options.Identity, _key, why);
            metrics.Leading(false);
            await _lost.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Still the leader, if it was; the lease is released once the last work is done.
        }
    }

    public bool IsFromBefore(ResourceMetadata read) => _won is { } won && read.IsOlderThan(won);

    /// <summary>Lets go of the lease, if held, so that another may lead at once.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (!_acquired.Task.IsCompleted || _lost.IsCancellationRequested) return;
        try
        {
            // Read first: the answer to the last renewal may have been lost.
            if (await TakenByAsync(cancellationToken).ConfigureAwait(false) is not null) return;
            await WriteAsync(_seen!.Spec with { HolderIdentity = "", LeaseDurationSeconds = 1, RenewTime = time.GetUtcNow() }, cancellationToken).ConfigureAwait(false);
            metrics.Leading(false);
            logger.Released(options.Identity, _key);
        }
        catch (Exception e) when (IsOutage(e))
        {
            Unreachable(e); // it will expire by itself
        }
    }

    public void Dispose() => _lost.Dispose();

    private async Task<bool> TryAcquireAsync()
    {
        using var deadline = new CancellationTokenSource(TryTime, time);
        try
        {
            var lease = await client.GetAsync(Lease.Type, _key, deadline.Token).ConfigureAwait(false);
            if (lease is not null && lease.Metadata.ResourceVersion != _seen?.Metadata.ResourceVersion)
            {
                if (!IsFree(lease) && lease.Spec.HolderIdentity != _seen?.Spec.HolderIdentity) logger.StandingBy(lease.Spec.HolderIdentity!, options.Identity, _key);
                (_seen, _seenAt) = (lease, time.GetTimestamp());
            }

            // This holds for a lease that was deleted, too: its holder may not have noticed yet.
            if (_seen is not null && !IsFree(_seen) && time.GetElapsedTime(_seenAt) < Patience(_seen)) return false;
            if (lease is null) await CreateAsync(deadline.Token).ConfigureAwait(false);
            else await WriteAsync(Claim((lease.Spec.LeaseTransitions ?? 0) + 1), deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return false; // another was faster
        }
        catch (Exception e) when (IsOutage(e))
        {
            Unreachable(e);
            return false;
        }
    }

    /// <summary>Renews until that is no longer possible, and returns why.</summary>
    private async Task<string> HoldAsync(CancellationToken stopping)
    {
        while (true)
        {
            await PauseAsync(Left, stopping).ConfigureAwait(false);
            var left = Left;
            if (left <= TimeSpan.Zero) return $"it could not be renewed for {options.RenewDeadline.TotalSeconds:0.#} s";
            using var deadline = new CancellationTokenSource(left < TryTime ? left : TryTime, time);
            try
            {
                if (await RenewAsync(deadline.Token).ConfigureAwait(false) is { } other) return $"{other} took it";
            }
            catch (Exception e) when (IsOutage(e))
            {
                Unreachable(e);
            }
        }
    }

    /// <summary>Null when renewed, else who took the lease.</summary>
    private async Task<string?> RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(_seen!.Spec with { RenewTime = time.GetUtcNow() }, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ApiException e) when (e.IsConflict || e.IsNotFound)
        {
            // It may still be ours: somebody touched its labels, or the answer to an earlier renewal was lost.
            if (await TakenByAsync(cancellationToken).ConfigureAwait(false) is { } other) return other;
        }

        await WriteAsync(_seen!.Spec with { RenewTime = time.GetUtcNow() }, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>Reads the lease; null when it is still ours, else who has it.</summary>
    private async Task<string?> TakenByAsync(CancellationToken cancellationToken)
    {
        var lease = await client.GetAsync(Lease.Type, _key, cancellationToken).ConfigureAwait(false);
        if (lease is null) return "somebody deleted it; nobody";
        if (lease.Spec.HolderIdentity != options.Identity) return IsFree(lease) ? "nobody" : lease.Spec.HolderIdentity;
        _seen = lease;
        return null;
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var mine = new Lease { Metadata = new() { Namespace = _key.Namespace, Name = _key.Name }, Spec = Claim(transitions: 0) };
        _seen = await client.CreateAsync(Lease.Type, mine, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _heldSince, began);
    }

    /// <summary>Writes on the version last seen, and no other.</summary>
    private async Task WriteAsync(LeaseSpec spec, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var patch = new LeasePatch(new(_seen!.Metadata.ResourceVersion), spec);
        _seen = await client.PatchAsync(Lease.Type, _key, JsonSerializer.SerializeToUtf8Bytes(patch, LeaseJson.Default.LeasePatch), null, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _heldSince, began);
    }

    private LeaseSpec Claim(int transitions) => new()
    {
        HolderIdentity = options.Identity,
        LeaseDurationSeconds = (int)Math.Ceiling(options.Duration.TotalSeconds),
        AcquireTime = time.GetUtcNow(),
        RenewTime = time.GetUtcNow(),
        LeaseTransitions = transitions,
    };

    /// <summary>Waits a retry period, give or take a fifth, but not longer than <paramref name="atMost"/>.</summary>
    private async Task PauseAsync(TimeSpan atMost, CancellationToken stopping)
    {
        var pause = options.RetryPeriod * (0.8 + options.Random.NextDouble() * 0.4);
        if (atMost < pause) pause = atMost;
        if (pause > TimeSpan.Zero) await Task.Delay(pause, time, stopping).ConfigureAwait(false);
    }

    private void Unreachable(Exception e) => logger.LeaseUnreachable(_key, e is OperationCanceledException ? "no answer in time" : e.Message);

    private static bool IsOutage(Exception e) => e is ApiException or HttpRequestException or TimeoutException or OperationCanceledException;

    private TimeSpan Patience(Lease lease) => TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? options.Duration.TotalSeconds);

    /// <summary>Released, or ours from an attempt whose answer was lost: the version on which we write proves that nobody took it since.</summary>
    private bool IsFree(Lease lease) => string.IsNullOrEmpty(lease.Spec.HolderIdentity) || lease.Spec.HolderIdentity == options.Identity;
}
