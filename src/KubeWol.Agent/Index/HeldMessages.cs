using KubeWol.Agent.Intake;
using KubeWol.Protocol;

namespace KubeWol.Agent.Index;

/// <summary>
/// Messages for addresses that no machine is known to have, kept for a moment: a machine may be woken right after it was created, before the operator
/// has told of it. There is little room, and a sender has a share of it alone: guessing addresses must not keep others from being held.
/// </summary>
internal sealed class HeldMessages : IDisposable
{
    /// <summary>How long one is kept.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>How many are kept.</summary>
    public const int Capacity = 1_024;

    /// <summary>How many are kept of one source address.</summary>
    public const int Share = 64;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly Dictionary<MessageIdentity, Held> _held = [];
    private readonly Dictionary<MacAddress, int> _bySender = [];
    private readonly Lock _gate = new();
    private readonly Func<MacAddress, bool> _isWanted;
    private readonly Action<WakeSignal> _release;
    private readonly Action<WakeSignal> _giveUp;
    private readonly AgentMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ITimer _look;

    /// <param name="isWanted">Whether messages for an address are taken now.</param>
    /// <param name="release">Takes one whose machine has come.</param>
    /// <param name="giveUp">Is told of one that nobody wanted in time.</param>
    /// <param name="metrics">The agent's figures.</param>
    /// <param name="time">The clock.</param>
    public HeldMessages(Func<MacAddress, bool> isWanted, Action<WakeSignal> release, Action<WakeSignal> giveUp, AgentMetrics metrics, TimeProvider time)
    {
        (_isWanted, _release, _giveUp, _metrics, _time) = (isWanted, release, giveUp, metrics, time);
        _look = time.CreateTimer(static held => ((HeldMessages)held!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether a message would be kept; asked before anything of it is copied.</summary>
    public Room RoomFor(in MessageIdentity message, MacAddress sender)
    {
        lock (_gate)
        {
            return _held.ContainsKey(message) ? Room.Repeated : _held.Count >= Capacity || _bySender.GetValueOrDefault(sender) >= Share ? Room.None : Room.Some;
        }
    }

    /// <summary>Keeps a message; or releases it, where its machine has come meanwhile.</summary>
    public void Add(WakeSignal signal)
    {
        lock (_gate)
        {
            // Asked again under the lock: what is learnt later is followed by a look that finds the message here.
            if (!_isWanted(signal.Target))
            {
                if (_held.Count == 0) _look.Change(Step, Step);
                if (_held.TryAdd(signal.Identity, new(signal, _time.GetTimestamp()))) _bySender[signal.SourceMac] = _bySender.GetValueOrDefault(signal.SourceMac) + 1;
                _metrics.Holding(_held.Count);
                return;
            }
        }

        _release(signal);
    }

    /// <summary>Releases those that are wanted now.</summary>
    public void LookAgain() => Take(held => _isWanted(held.Signal.Target), _release);

    public void Dispose() => _look.Dispose();

    private void Expire() => Take(held => _time.GetElapsedTime(held.Since) >= Grace, signal =>
    {
        signal.Password?.Clear();
        _giveUp(signal);
    });

    private void Take(Func<Held, bool> which, Action<WakeSignal> then)
    {
        List<WakeSignal> taken = [];
        lock (_gate)
        {
            foreach (var (message, held) in _held)
            {
                if (!which(held)) continue;
                _held.Remove(message);
                if (--_bySender[held.Signal.SourceMac] == 0) _bySender.Remove(held.Signal.SourceMac);
                taken.Add(held.Signal);
            }

            if (_held.Count == 0) _look.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _metrics.Holding(_held.Count);
        }

        foreach (var signal in taken.OrderBy(s => s.CapturedAt)) then(signal);
    }

    /// <summary>Whether there is room for a message.</summary>
    internal enum Room
    {
        /// <summary>It would be kept.</summary>
        Some,

        /// <summary>It is kept already.</summary>
        Repeated,

        /// <summary>There is none, or the sender has used up its share.</summary>
        None,
    }

    private sealed record Held(WakeSignal Signal, long Since);
}
