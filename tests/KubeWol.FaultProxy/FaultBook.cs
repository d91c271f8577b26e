using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace KubeWol.FaultProxy;

/// <summary>Says which call gets which fault, and keeps count.</summary>
internal sealed class FaultBook
{
    private readonly ConcurrentDictionary<(string Caller, string Call), int> _calls = new();
    private readonly ConcurrentDictionary<(string Caller, string Call, FaultKind Kind), int> _injected = new();
    private readonly ConcurrentQueue<AnsweredWrite> _writes = new();
    private ImmutableList<ActiveRule> _rules = [];
    private volatile Lottery? _lottery;

    public IReadOnlyDictionary<(string Caller, string Call), int> Calls => _calls;

    public IReadOnlyList<FaultCount> Injected => [.. _injected.Select(i => new FaultCount(i.Key.Caller, i.Key.Call, i.Key.Kind, i.Value)).OrderBy(c => c.Caller).ThenBy(c => c.Call).ThenBy(c => c.Kind)];

    public IReadOnlyList<AnsweredWrite> Writes => [.. _writes];

    public void Answered(ApiCall write, int status) => _writes.Enqueue(new(write, status, TimeProvider.System.GetUtcNow()));

    public ActiveRule Add(FaultRule rule)
    {
        var active = new ActiveRule(rule, gone => ImmutableInterlocked.Update(ref _rules, rules => rules.Remove(gone)));
        ImmutableInterlocked.Update(ref _rules, rules => rules.Add(active));
        return active;
    }

    /// <summary>Draws faults at random from now on; null ends it.</summary>
    public void Draw(int seed, FaultRates? rates) => _lottery = rates is null ? null : new(seed, rates);

    /// <summary>The fault of this call, if it gets one. The first rule that matches has it.</summary>
    public Injection? Decide(ApiCall call)
    {
        var turn = _calls.AddOrUpdate((call.Caller, call.Name), 1, (_, count) => count + 1);
        if (_rules.FirstOrDefault(candidate => candidate.Takes(call)) is { } rule)
        {
            var (fault, done) = (rule.Rule.Fault, new Action(() => Count(call, rule.Rule.Fault, rule)));
            // Who leaves while the server works (a busy machine, a caller that dies) has met such a fault: a deed that it was not told of. There may be no second call.
            var untold = call.IsWrite && fault.Kind is (FaultKind.ResetAfter or FaultKind.NoAnswerAfter or FaultKind.GatewayTimeoutAfter);
            return new(fault, done, untold ? done : rule.Missed);
        }

        return _lottery?.Draw(call, turn) is { } drawn ? new(drawn, () => Count(call, drawn, null), static () => { }) : null;
    }

    private void Count(ApiCall call, Fault fault, ActiveRule? rule)
    {
        _injected.AddOrUpdate((call.Caller, call.Name, fault.Kind), 1, (_, count) => count + 1);
        rule?.Done();
    }

    /// <summary>The same seed gives the same fault to the same caller's n-th call of a name, whatever happens in between.</summary>
    private sealed class Lottery(int seed, FaultRates rates)
    {
        public Fault? Draw(ApiCall call, int turn)
        {
            if (rates.When?.Invoke(call) == false) return null;
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{call.Caller}/{call.Pod}/{call.Name}/{turn}"));
            if (BinaryPrimitives.ReadUInt32LittleEndian(hash) >= rates.Share * uint.MaxValue) return null;
            Fault[] possible = [.. rates.Faults.Where(f => Fault.CannotMeet(f.Kind, call.Verb) is null)];
            return possible.Length == 0 ? null : possible[BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan(4)) % possible.Length];
        }
    }
}

/// <summary>A fault that a call is to get, unless it ends before: a watch that is to be cut may have no event, and whoever waits for an answer may leave.</summary>
internal sealed class Injection(Fault fault, Action done, Action missed)
{
    private bool _isDone;

    public Fault Fault => fault;

    /// <summary>It has happened.</summary>
    public void Done()
    {
        _isDone = true;
        done();
    }

    /// <summary>The call is over.</summary>
    public void End()
    {
        if (!_isDone) missed();
    }
}
