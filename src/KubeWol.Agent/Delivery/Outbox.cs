using KubeWol.Agent.Intake;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// The messages that wait until the API server has acknowledged them: bounded, and handed out oldest first. What was tried in vain is the backlog;
/// who takes says whether he would rather have something fresh, so that neither keeps the other waiting.
/// </summary>
internal sealed class Outbox(AgentOptions options, Spool spool, AgentMetrics metrics, ClusterClock time, ILogger<Outbox> logger) : IDisposable
{
    /// <summary>A message that was heard this long ago is still reported, and no longer carried out.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(Api.V1Alpha1.WakeRequestSpec.DefaultDeadlineSeconds);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private static readonly Comparer<OutboxEntry> Age = Comparer<OutboxEntry>.Create(static (a, b) =>
        (a.Signal.CapturedAt, a.Number).CompareTo((b.Signal.CapturedAt, b.Number)));

    private static readonly Comparer<OutboxEntry> Due = Comparer<OutboxEntry>.Create(static (a, b) => (a.NotBefore, a.Number).CompareTo((b.NotBefore, b.Number)));

    private readonly SortedSet<OutboxEntry> _all = new(Age);
    private readonly SortedSet<OutboxEntry> _fresh = new(Age);
    private readonly SortedSet<OutboxEntry> _backlog = new(Age);
    private readonly SortedSet<OutboxEntry> _waiting = new(Due);
    private readonly SemaphoreSlim _ready = new(0);
    private readonly Lock _gate = new();
    private ITimer? _alarm;
    private long _alarmAt = long.MaxValue;
    private long _numbers;
    private long _bytes;

    /// <summary>All of them, those being sent included.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _all.Count;
        }
    }

    /// <summary>Takes a message in; false when there is no room.</summary>
    /// <param name="signal">What was heard.</param>
    /// <param name="delay">How long it is not to be sent yet.</param>
    public bool TryAdd(WakeSignal signal, TimeSpan delay = default)
    {
        var entry = new OutboxEntry(signal, RequestName.Of(signal, 0));
        lock (_gate)
        {
            if (!MakeRoom(entry.Size)) return false;
            Add(entry, delay);
            spool.Keep(entry);
            return true;
        }
    }

    /// <summary>Takes in a message that an earlier life of this agent kept; false when it is too old, or there is no room.</summary>
    public bool TryRestore(OutboxEntry entry)
    {
        lock (_gate)
        {
            SpoolDrop? reason = IsOlder(entry, options.Spool.Age) ? SpoolDrop.Age : !MakeRoom(entry.Size) ? SpoolDrop.Count : null;
            if (reason is { } dropped) Report(entry, dropped);
            else Add(entry, TimeSpan.Zero);
            return reason is null;
        }
    }

    /// <summary>Waits for a message whose time has come. Who takes one gives it back, or removes it.</summary>
    public async Task<OutboxEntry> TakeAsync(bool preferFresh, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _ready.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (Next(preferFresh) is { } entry) return entry;
        }
    }

    /// <summary>Takes a message whose time has come; null when there is none.</summary>
    public OutboxEntry? Take(bool preferFresh) => _ready.Wait(0) ? Next(preferFresh) : null;

    /// <summary>Puts back what could not be sent; nothing happens with what was removed.</summary>
    /// <param name="entry">What was taken.</param>
    /// <param name="delay">How long it is not to be sent.</param>
    /// <param name="wasTried">Whether that was an attempt: then it is the backlog's.</param>
    public void GiveBack(OutboxEntry entry, TimeSpan delay, bool wasTried)
    {
        lock (_gate)
        {
            if (!_all.Contains(entry)) return;
            entry.IsTaken = false;
            if (wasTried) entry.Attempts++;
            Offer(entry, delay);
        }
    }

    /// <summary>Forgets what was taken and is dealt with.</summary>
    public void Remove(OutboxEntry entry)
    {
        lock (_gate) Forget(entry);
    }

    /// <summary>Drops what is too old even to be reported, and clears passwords that can prove nothing any more. Called from time to time.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            foreach (var entry in _all.TakeWhile(e => IsOlder(e, Deadline)).Where(e => !e.IsTaken).ToList())
            {
                if (IsOlder(entry, options.Spool.Age)) Drop(entry, SpoolDrop.Age);
                else entry.Signal.Password?.Clear();
            }

            metrics.OldestPending(_all.Min is { } oldest ? AgeOf(oldest) : TimeSpan.Zero);
        }
    }

    public void Dispose()
    {
        _alarm?.Dispose();
        _ready.Dispose();
    }

    /// <summary>Null for one that was dropped meanwhile.</summary>
    private OutboxEntry? Next(bool preferFresh)
    {
        lock (_gate)
        {
            if ((preferFresh ? _fresh.Min ?? _backlog.Min : _backlog.Min ?? _fresh.Min) is not { } entry) return null;
            _ = _fresh.Remove(entry) || _backlog.Remove(entry);
            entry.IsTaken = true;
            return entry;
        }
    }

    /// <summary>What is past its deadline is of less use than anything new: the oldest of that goes.</summary>
    private bool MakeRoom(int size)
    {
        while (true)
        {
            var isFull = _all.Count >= options.Spool.Messages;
            if (!isFull && _bytes + size <= options.Spool.Mebibytes * 1024L * 1024) return true;
            if (_all.TakeWhile(e => IsOlder(e, Deadline)).FirstOrDefault(e => !e.IsTaken) is not { } oldest) return false;
            Drop(oldest, isFull ? SpoolDrop.Count : SpoolDrop.Bytes);
        }
    }

    private void Drop(OutboxEntry entry, SpoolDrop reason)
    {
        Report(entry, reason);
        _ = _fresh.Remove(entry) || _backlog.Remove(entry) || _waiting.Remove(entry);
        Forget(entry);
    }

    private void Report(OutboxEntry entry, SpoolDrop reason)
    {
        metrics.Dropped(reason);
        entry.Signal.Mark.Became("Dropped");
        logger.MessageDropped(entry.Signal.Target, entry.Signal.CapturedAt, reason);
    }

    private void Add(OutboxEntry entry, TimeSpan delay)
    {
        entry.Number = _numbers++;
        _all.Add(entry);
        _bytes += entry.Size;
        Offer(entry, delay);
        metrics.Pending(_all.Count);
    }

    private void Forget(OutboxEntry entry)
    {
        spool.Forget(entry);
        _all.Remove(entry);
        _bytes -= entry.Size;
        entry.Signal.Password?.Clear();
        metrics.Pending(_all.Count);
    }

    private bool IsOlder(OutboxEntry entry, TimeSpan age) => AgeOf(entry) >= age;

    /// <summary>That of what was heard by a wrong clock is not wrong, too: its password is still worth something.</summary>
    private TimeSpan AgeOf(OutboxEntry entry) => time.GetUtcNow() - (entry.Signal.IsUndated ? time.Of(entry.Signal.CapturedAt) : entry.Signal.CapturedAt);

    private void Offer(OutboxEntry entry, TimeSpan delay)
    {
        entry.NotBefore = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
        if (delay > TimeSpan.Zero)
        {
            _waiting.Add(entry);
            SetAlarm();
        }
        else
        {
            MakeReady(entry);
        }
    }

    private void MakeReady(OutboxEntry entry)
    {
        (entry.Attempts == 0 ? _fresh : _backlog).Add(entry);
        _ready.Release();
    }

    private void SetAlarm()
    {
        if (_waiting.Min is not { } next || next.NotBefore >= _alarmAt) return;
        _alarm?.Dispose();
        _alarmAt = next.NotBefore;
        var wait = time.GetElapsedTime(time.GetTimestamp(), next.NotBefore);
        _alarm = time.CreateTimer(static outbox => ((Outbox)outbox!).Ring(), this, wait > ShortestWait ? wait : ShortestWait, Timeout.InfiniteTimeSpan);
    }

    private void Ring()
    {
        lock (_gate)
        {
            _alarmAt = long.MaxValue;
            var now = time.GetTimestamp();
            while (_waiting.Min is { } next && next.NotBefore <= now)
            {
                _waiting.Remove(next);
                MakeReady(next);
            }

            SetAlarm();
        }
    }
}
