namespace KubeWol.FaultProxy;

/// <summary>A rule while it is in force; disposing of it ends that.</summary>
public sealed class ActiveRule : IDisposable
{
    private readonly Action<ActiveRule> _end;
    private readonly Lock _lock = new();
    private int _matched;
    private int _taken;
    private int _injected;

    internal ActiveRule(FaultRule rule, Action<ActiveRule> end) => (Rule, _end) = (rule, end);

    public FaultRule Rule { get; }

    /// <summary>How many calls met it so far, those that it let pass, too.</summary>
    public int Matched => Volatile.Read(ref _matched);

    /// <summary>How often it has been injected so far.</summary>
    public int Injected => Volatile.Read(ref _injected);

    public void Dispose() => _end(this);

    internal bool Takes(ApiCall call)
    {
        if (!Rule.Matches(call)) return false;
        lock (_lock)
        {
            if (++_matched <= Rule.Skip || _taken == Rule.Times) return false;
            _taken++;
            return true;
        }
    }

    internal void Done() => Interlocked.Increment(ref _injected);

    /// <summary>The call ended before it could be injected: another one gets it.</summary>
    internal void Missed()
    {
        lock (_lock) _taken--;
    }
}
