using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Policies;

/// <summary>
/// Counts what policies let through, against their limits. A bucket is one moment, that at which it will be full again (GCRA, ITU-T I.371): so many that
/// it costs nothing to forget the full ones. A new leader starts with full buckets.
/// </summary>
internal sealed class RateMeter(TimeProvider time)
{
    /// <summary>Buckets that are kept; beyond it nothing is let through that would need one more.</summary>
    public const int Capacity = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string? Policy, string Kind, string Whom), DateTimeOffset> _full = [];
    private readonly Dictionary<string, Dictionary<string, bool>> _answered = []; // by request, by policy
    private DateTimeOffset _cleared;

    /// <summary>Whether the policy's limits have room for this request; if so it is counted. The same question gets the same answer.</summary>
    public bool Admits(WakePolicy policy, WakeRequest request, ResourceKey machine)
    {
        if (policy.Spec.RateLimits is not { } limits) return true;
        lock (_lock)
        {
            if (!_answered.TryGetValue(request.Metadata.Uid ?? "", out var answers))
            {
                if (_answered.Count >= Capacity) _answered.Clear(); // none that is still being worked on is likely to be that old
                _answered[request.Metadata.Uid ?? ""] = answers = [];
            }

            if (answers.TryGetValue(policy.Metadata.Uid ?? "", out var answer)) return answer;
            return answers[policy.Metadata.Uid ?? ""] = Take(
                [("machine", machine.ToString(), limits.PerMachine), ("sender", request.Spec.Frame?.SourceMac ?? "", limits.PerSender), ("total", "", limits.Total)], policy);
        }
    }

    /// <summary>The request has come to its end, and nobody will ask again.</summary>
    public void Forget(WakeRequest request)
    {
        lock (_lock) _answered.Remove(request.Metadata.Uid ?? "");
    }

    /// <summary>Takes one out of every bucket, or out of none.</summary>
    private bool Take((string Kind, string Whom, RateLimit? Limit)[] buckets, WakePolicy policy)
    {
        var now = time.GetUtcNow();
        if (_full.Count >= Capacity) Clear();
        var taken = new List<((string?, string, string), DateTimeOffset)>(buckets.Length);
        foreach (var (kind, whom, limit) in buckets)
        {
            if (limit is not { Requests: { } requests, Seconds: { } seconds }) continue;
            var key = (policy.Metadata.Uid, kind, whom);
            var known = _full.TryGetValue(key, out var full);
            if (!known && _full.Count >= Capacity) return false;
            var next = (known && full > now ? full : now) + TimeSpan.FromSeconds((double)seconds / requests);
            if (next - now > TimeSpan.FromSeconds(seconds)) return false;
            taken.Add((key, next));
        }

        foreach (var (key, next) in taken) _full[key] = next;
        return true;
    }

    /// <summary>Forgets the buckets that are full; at most once a second, so that a flood does not make every request look through all.</summary>
    private void Clear()
    {
        var now = time.GetUtcNow();
        if (now - _cleared < TimeSpan.FromSeconds(1)) return;
        _cleared = now;
        foreach (var bucket in _full.Where(b => b.Value <= now).Select(b => b.Key).ToList()) _full.Remove(bucket);
    }
}
