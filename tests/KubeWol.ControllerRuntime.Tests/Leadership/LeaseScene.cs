using KubeWol.ControllerRuntime.Leadership;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.ControllerRuntime.Tests.Leadership;

/// <summary>Candidates for one lease, and a time that passes as a test says.</summary>
public abstract class LeaseScene : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly List<Candidate> _candidates = [];

    private protected LeaseServer Server { get; } = new();

    public void Dispose()
    {
        _candidates.ForEach(c => c.Dispose());
        GC.SuppressFinalize(this);
    }

    private protected static LeaderLeaseOptions Options(string identity) => new() { Namespace = "system", Name = "lease", Identity = identity };

    private protected Candidate Start(string identity, Fate? fate = null, TimeSpan skew = default) => Make(identity, fate ?? Fate.Good, skew).Start();

    /// <summary>One whose calls meet these fates, one after the other, and good ones from then on.</summary>
    private protected Candidate Start(string identity, Queue<Fate> fates) =>
        Own(new(Server, _time, Options(identity), () => fates.TryDequeue(out var next) ? next : Fate.Good)).Start();

    private protected Candidate Make(string identity, Fate fate, TimeSpan skew) => Own(new(Server, new SkewedTime(_time, skew), Options(identity)) { Fate = fate });

    /// <summary>Ends without a release, as SIGKILL does.</summary>
    private protected static void Kill(Candidate candidate)
    {
        candidate.Fate = Fate.Lost;
        candidate.Stop();
    }

    private protected void Pass(TimeSpan span)
    {
        var step = TimeSpan.FromMilliseconds(10);
        for (var passed = TimeSpan.Zero; passed < span; passed += step) _time.Advance(step);
    }

    private Candidate Own(Candidate candidate)
    {
        _candidates.Add(candidate);
        return candidate;
    }
}
