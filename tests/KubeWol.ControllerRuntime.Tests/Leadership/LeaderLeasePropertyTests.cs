using CsCheck;
using KubeWol.ControllerRuntime.Leadership;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.ControllerRuntime.Tests.Leadership;

public sealed class LeaderLeasePropertyTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Three machines with wrong clocks over a network that delays, refuses, loses requests and loses answers; processes that are killed,
    /// stopped in order and started again; a lease that people touch. At no moment do two of them lead.
    /// </summary>
    [Fact]
    public void Two_never_lead_at_once()
    {
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var random = new Random(seed);
            using var world = new World(random);
            for (var step = 0; step < 1200; step++)
            {
                world.Misfortune();
                world.Pass(Step);
                Assert.True(world.Leaders <= 1, $"{world.Leaders} lead {world.Age} after the start");
            }
        }, iter: 150, threads: 2);
    }

    [Fact]
    public void Once_the_trouble_is_over_somebody_leads_soon_and_goes_on_leading()
    {
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            using var world = new World(new Random(seed));
            for (var step = 0; step < 400; step++)
            {
                world.Misfortune();
                world.Pass(Step);
            }

            world.Calm();
            for (var step = 0; step < 600; step++) world.Pass(Step); // what was under way may arrive late, even from the dead, and has to expire
            for (var step = 0; step < 600; step++)
            {
                world.Pass(Step);
                Assert.Equal(1, world.Leaders);
            }
        }, iter: 50, threads: 2);
    }

    private sealed class World : IDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly LeaseServer _server = new();
        private readonly Candidate?[] _machines = new Candidate?[3];
        private readonly double[] _badness = new double[3];
        private readonly Random _random;
        private readonly TimeSpan _duration;
        private int _started;

        public World(Random random)
        {
            _random = random;
            _duration = TimeSpan.FromSeconds(random.Next(2) == 0 ? 6 : 8); // six leaves a single second between giving up and taking over
            if (random.Next(3) == 0) _server.Store("""{"holderIdentity":"a stranger","leaseDurationSeconds":3}""");
        }

        public TimeSpan Age { get; private set; }

        public int Leaders => _machines.Count(m => m is { Leads: true });

        public void Pass(TimeSpan span)
        {
            Age += span;
            _time.Advance(span);
            for (var i = 0; i < _machines.Length; i++)
            {
                // Whoever lost the lease has ended its process; a new one starts a little later.
                if (_machines[i] is { Lease.Lost.IsCancellationRequested: true }) _machines[i] = null;
                if (_machines[i] is null && _random.Next(30) == 0) Begin(i);
            }
        }

        public void Misfortune()
        {
            var i = _random.Next(_machines.Length);
            switch (_random.Next(400))
            {
                case < 20:
                    _badness[i] = _random.NextDouble();
                    break;
                case < 40:
                    Array.Clear(_badness);
                    break;
                case < 44:
                    _machines[i]?.Stop(); // killed: nothing is released
                    _machines[i] = null;
                    break;
                case < 50 when _machines[i] is { } leaving:
                    leaving.Stop();
                    _ = leaving.Lease.ReleaseAsync(CancellationToken.None);
                    _machines[i] = null;
                    break;
                case < 55 when _server.Lease is not null:
                    _server.Touch();
                    break;
            }
        }

        public void Calm() => Array.Clear(_badness);

        public void Dispose()
        {
            foreach (var machine in _machines) machine?.Dispose();
        }

        private void Begin(int i)
        {
            var clock = new SkewedTime(_time, TimeSpan.FromSeconds(_random.Next(-100_000, 100_000)));
            var options = new LeaderLeaseOptions { Namespace = "system", Name = "lease", Identity = $"{i}-{_started++}", Duration = _duration, Random = new Random(_random.Next()) };
            _machines[i] = new Candidate(_server, clock, options, () => Fate(i)).Start();
        }

        private Fate Fate(int i)
        {
            if (_random.NextDouble() >= _badness[i]) return new(Delay(100), Delay(100));
            return _random.Next(6) switch
            {
                0 => Fakes.Fate.Lost,
                1 => new(Delay(4000), null),
                2 => Fakes.Fate.NoConnection,
                3 => Fakes.Fate.Good with { Status = 503 },
                4 => new(Delay(12_000), Delay(4000)),
                _ => new(Delay(500), Delay(12_000)),
            };
        }

        private TimeSpan Delay(int milliseconds) => TimeSpan.FromMilliseconds(_random.Next(milliseconds));
    }
}
