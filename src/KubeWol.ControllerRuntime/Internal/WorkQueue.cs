namespace KubeWol.ControllerRuntime.Internal;

/// <summary>Urgency of a key: what is asked for now goes before what changed, and that before what was there when the work began.</summary>
internal enum WorkPriority
{
    /// <summary>There when the work began; thousands may wait.</summary>
    Low,

    /// <summary>Something changed.</summary>
    High,

    /// <summary>The object itself is new: somebody waits for the first that is done about it.</summary>
    Highest,
}

/// <summary>
/// Keys to look at, each at most once in the queue and never in two hands: a key that is added while it is being worked on
/// waits until the work is done (<see cref="Done"/>), and is then handed out again. Delayed keys share one timer.
/// </summary>
internal sealed class WorkQueue : IDisposable
{
    private readonly TimeProvider _time;
    private readonly WorkQueueOptions _options;
    private readonly Lock _gate = new();
    private readonly Queue<ResourceKey>[] _queues = [new(), new(), new()];                 // by priority
    private readonly Dictionary<ResourceKey, WorkPriority> _waiting = [];   // to be handed out
    private readonly HashSet<ResourceKey> _working = [];                    // in a hand
    private readonly Dictionary<ResourceKey, WorkPriority> _again = [];     // added while in a hand
    private readonly PriorityQueue<ResourceKey, long> _delayed = new();     // by timestamp; entries that are not the key's due time are stale
    private readonly Dictionary<ResourceKey, long> _due = [];
    private readonly Dictionary<ResourceKey, int> _failures = [];
    private readonly Queue<TaskCompletionSource<ResourceKey?>> _takers = new();
    private readonly ITimer _timer;
    private double _retryTokens;
    private long _retryTokensAt;
    private bool _closed;

    public WorkQueue(TimeProvider time, WorkQueueOptions options)
    {
        (_time, _options, _retryTokens, _retryTokensAt, _closed) = (time, options, options.RetryBurst, time.GetTimestamp(), !options.IsOpen);
        _timer = time.CreateTimer(_ => MoveDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys ready to be handed out.</summary>
    public int Depth
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    /// <summary>Takes keys in from now on.</summary>
    public void Open()
    {
        lock (_gate) _closed = false;
    }

    public void Add(ResourceKey key, WorkPriority priority)
    {
        lock (_gate)
        {
            if (!_closed) AddLocked(key, priority);
        }
    }

    /// <summary>Adds the key after <paramref name="delay"/>. Of several such wishes the earliest counts.</summary>
    public void AddAfter(ResourceKey key, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_closed) return;
            var due = _time.GetTimestamp() + ToTimestamp(delay);
            if (_due.TryGetValue(key, out var earlier) && earlier <= due) return;
            _due[key] = due;
            _delayed.Enqueue(key, due);
            SetTimer();
        }
    }

    /// <summary>
    /// Adds the key after a delay that grows with each failure since <see cref="Forget"/>, and with the number of failures of all keys;
    /// returns the delay. It is no shorter than <paramref name="asked"/>, within reason.
    /// </summary>
    public TimeSpan AddFailed(ResourceKey key, TimeSpan asked = default)
    {
        TimeSpan delay;
        lock (_gate)
        {
            var failures = _failures.GetValueOrDefault(key);
            _failures[key] = failures + 1;
            delay = Backoff.Delay(failures, _options.ShortestRetry, _options.LongestRetry, _options.Random);
            var bucket = ReserveRetry();
            if (bucket > delay) delay = bucket;
            if (asked > _options.LongestRetry) asked = _options.LongestRetry;
            if (asked > delay) delay = asked;
        }

        AddAfter(key, delay);
        return delay;
    }

    /// <summary>The key's work succeeded: its failures count no more.</summary>
    public void Forget(ResourceKey key)
    {
        lock (_gate) _failures.Remove(key);
    }

    /// <summary>Waits for a key and hands it out, to be given back by <see cref="Done"/>; null once the queue is closed and empty.</summary>
    public async ValueTask<ResourceKey?> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // also where a key is ready
        TaskCompletionSource<ResourceKey?> taker;
        lock (_gate)
        {
            if (TryPop() is { } key) return key;
            if (_closed) return null;
            taker = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _takers.Enqueue(taker);
        }

        // A taker that gives up stays in line as a completed task; whoever hands out next skips it.
        using var registration = cancellationToken.Register(() => taker.TrySetCanceled(cancellationToken));
        return await taker.Task.ConfigureAwait(false);
    }

    public void Done(ResourceKey key)
    {
        lock (_gate)
        {
            _working.Remove(key);
            if (_again.Remove(key, out var priority)) AddLocked(key, priority);
        }
    }

    /// <summary>Nothing is taken in any more; what is ready, or changed while in a hand, is still handed out; delayed keys are dropped.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _due.Clear();
            _delayed.Clear();
            while (_takers.TryDequeue(out var taker)) taker.TrySetResult(null);
        }
    }

    public void Dispose()
    {
        Close();
        _timer.Dispose();
    }

    private void AddLocked(ResourceKey key, WorkPriority priority)
    {
        if (_working.Contains(key))
        {
            if (!_again.TryGetValue(key, out var wanted) || wanted < priority) _again[key] = priority;
            return;
        }

        if (_waiting.TryGetValue(key, out var current) && current >= priority) return;
        _waiting[key] = priority; // a raised priority leaves a stale entry in the lower queue, skipped when it comes up
        _queues[(int)priority].Enqueue(key);
        while (_waiting.Count > 0 && _takers.TryDequeue(out var taker))
        {
            if (taker.Task.IsCompleted) continue;
            var next = TryPop()!.Value;
            if (!taker.TrySetResult(next)) PutBack(next);
        }
    }

    private void PutBack(ResourceKey key)
    {
        _working.Remove(key);
        _waiting[key] = WorkPriority.Highest;
        _queues[(int)WorkPriority.Highest].Enqueue(key);
    }

    private ResourceKey? TryPop()
    {
        for (var priority = WorkPriority.Highest; priority >= WorkPriority.Low; priority--)
        {
            while (_queues[(int)priority].TryDequeue(out var key))
            {
                if (!_waiting.TryGetValue(key, out var urgency) || urgency != priority) continue;
                _waiting.Remove(key);
                _working.Add(key);
                return key;
            }
        }

        return null;
    }

    private void MoveDue()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            while (_delayed.TryPeek(out var key, out var due) && due <= now)
            {
                _delayed.Dequeue();
                if (!_due.TryGetValue(key, out var wanted) || wanted != due) continue;
                _due.Remove(key);
                AddLocked(key, WorkPriority.High);
            }

            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (_closed || !_delayed.TryPeek(out _, out var due)) return;
        var wait = TimeSpan.FromSeconds((due - _time.GetTimestamp()) / (double)_time.TimestampFrequency);
        // Rounded up to a whole millisecond, the timer's own step: firing early would spin until the key is due.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes one token of the bucket shared by all failing keys and returns how long it has to be waited for.</summary>
    private TimeSpan ReserveRetry()
    {
        var now = _time.GetTimestamp();
        var refill = _time.GetElapsedTime(_retryTokensAt, now).TotalSeconds * _options.RetriesPerSecond;
        (_retryTokens, _retryTokensAt) = (Math.Min(_options.RetryBurst, _retryTokens + refill) - 1, now);
        return _retryTokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_retryTokens / _options.RetriesPerSecond);
    }

    /// <summary>Bounded, so that adding it to any timestamp cannot overflow.</summary>
    private long ToTimestamp(TimeSpan span) => (long)Math.Min(span.TotalSeconds * _time.TimestampFrequency, long.MaxValue / 2);
}
