using System.Collections.Concurrent;
using CsCheck;
using KubeWol.ControllerRuntime.Internal;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.ControllerRuntime.Tests.Internal;

public sealed class WorkQueuePropertyTests
{
    private const int Keys = 12;

    [Fact]
    public async Task Many_hands_never_hold_one_key_and_no_change_is_lost()
    {
        const int changes = 40_000;
        using var queue = new WorkQueue(TimeProvider.System, new() { ShortestRetry = TimeSpan.FromMilliseconds(1), RetriesPerSecond = 1e6, RetryBurst = 1_000_000 });
        var changed = new int[Keys];
        var seen = new int[Keys];
        var hands = new int[Keys];
        var faults = new ConcurrentQueue<string>();

        async Task WorkAsync(int seed)
        {
            var random = new Random(seed);
            while (true)
            {
                // Every few takes are given up at an arbitrary moment: before, while or after a key is handed over.
                using var impatience = random.Next(4) == 0 ? new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(200))) : new CancellationTokenSource();
                ResourceKey? taken;
                try
                {
                    taken = await queue.TakeAsync(impatience.Token);
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                if (taken is not { } key) return;
                var i = int.Parse(key.Name, System.Globalization.CultureInfo.InvariantCulture);
                if (Interlocked.Increment(ref hands[i]) != 1) faults.Enqueue($"{key} is in two hands");
                Volatile.Write(ref seen[i], Volatile.Read(ref changed[i]));
                if (random.Next(2) == 0) await Task.Yield();
                Thread.SpinWait(random.Next(200));
                if (random.Next(8) == 0) queue.AddFailed(key);
                else queue.Forget(key);
                Interlocked.Decrement(ref hands[i]);
                queue.Done(key);
            }
        }

        void Change(int seed)
        {
            var random = new Random(seed);
            for (var n = 0; n < changes; n++)
            {
                var i = random.Next(Keys);
                Interlocked.Increment(ref changed[i]);
                queue.Add(Key(i), random.Next(2) == 0 ? WorkPriority.Low : WorkPriority.High);
                if (random.Next(20) == 0) queue.AddAfter(Key(i), TimeSpan.FromMicroseconds(random.Next(2000)));
            }
        }

        var workers = Enumerable.Range(1, 4).Select(seed => Task.Run(() => WorkAsync(seed))).ToList();
        await Task.WhenAll(Enumerable.Range(11, 3).Select(seed => Task.Run(() => Change(seed)))).SoonAsync();
        queue.Close();
        await Task.WhenAll(workers).SoonAsync();

        Assert.Empty(faults);
        Assert.Equal(changed, seen);
    }

    [Fact]
    public async Task A_key_that_meets_a_taker_just_as_it_gives_up_goes_to_somebody()
    {
        using var queue = new WorkQueue(TimeProvider.System, new());
        using var meet = new Barrier(2);
        CancellationTokenSource? impatience = null;
        const int rounds = 20_000;
        var canceller = Task.Run(() =>
        {
            for (var round = 0; round < rounds; round++)
            {
                meet.SignalAndWait(Bounded.Limit, Bounded.Test);
                Volatile.Read(ref impatience)!.Cancel();
                meet.SignalAndWait(Bounded.Limit, Bounded.Test);
            }
        }, Bounded.Test);

        for (var round = 0; round < rounds; round++)
        {
            using var mine = new CancellationTokenSource();
            Volatile.Write(ref impatience, mine);
            var take = queue.TakeAsync(mine.Token).AsTask();
            meet.SignalAndWait(Bounded.Limit, Bounded.Test);
            if (round % 2 == 0) Thread.SpinWait(round % 64);
            queue.Add(Key(1), WorkPriority.Low);
            meet.SignalAndWait(Bounded.Limit, Bounded.Test);

            await Task.WhenAny(take);
            Assert.Equal(1, (take.IsCanceled ? 0 : 1) + queue.Depth);
            if (take.IsCanceled) await queue.TakeAsync(Bounded.Test);
            queue.Done(Key(1));
        }

        await canceller.SoonAsync();
    }

    [Fact]
    public void Any_sequence_of_calls_agrees_with_a_simple_model()
    {
        var step = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[0, 40]);
        step.Array[1, 60].Sample(steps =>
        {
            var time = new FakeTimeProvider();
            using var queue = new WorkQueue(time, new());
            var model = new Model();
            var now = 0;
            foreach (var (what, key, number) in steps)
            {
                switch (what)
                {
                    case 0:
                    case 1:
                    case 2:
                        queue.Add(Key(key), (WorkPriority)what);
                        model.Add(key, (WorkPriority)what);
                        break;
                    case 3:
                        queue.AddAfter(Key(key), TimeSpan.FromMilliseconds(number));
                        model.Due[key] = Math.Min(now + number, model.Due.GetValueOrDefault(key, int.MaxValue));
                        break;
                    case 4:
                        now += number;
                        time.Advance(TimeSpan.FromMilliseconds(number));
                        break;
                    case 5:
                        queue.Done(Key(key));
                        model.Done(key);
                        break;
                    default:
                        if (model.Waiting.Count == 0) break;
                        var take = queue.TakeAsync(CancellationToken.None).AsTask();
                        Assert.True(take.IsCompletedSuccessfully);
                        model.Take(int.Parse(take.Result!.Value.Name, System.Globalization.CultureInfo.InvariantCulture));
                        break;
                }

                model.Move(now);
                time.Advance(TimeSpan.Zero);
                Assert.Equal(model.Waiting.Count, queue.Depth);
            }
        }, iter: 2000);
    }

    private static ResourceKey Key(int i) => new(null, $"{i}");

    private sealed class Model
    {
        private readonly HashSet<int> _working = [];
        private readonly Dictionary<int, WorkPriority> _again = [];

        public Dictionary<int, WorkPriority> Waiting { get; } = [];

        public Dictionary<int, int> Due { get; } = [];

        public void Add(int key, WorkPriority priority)
        {
            var into = _working.Contains(key) ? _again : Waiting;
            into[key] = into.TryGetValue(key, out var current) && current > priority ? current : priority;
        }

        public void Move(int now)
        {
            foreach (var (key, _) in Due.Where(d => d.Value <= now).ToList())
            {
                Due.Remove(key);
                Add(key, WorkPriority.High);
            }
        }

        public void Take(int key)
        {
            Assert.True(Waiting.Remove(key, out var priority), $"{key} was not waiting");
            Assert.DoesNotContain(Waiting.Values, other => other > priority);
            Assert.True(_working.Add(key), $"{key} is in two hands");
        }

        public void Done(int key)
        {
            _working.Remove(key);
            if (_again.Remove(key, out var priority)) Add(key, priority);
        }
    }
}
