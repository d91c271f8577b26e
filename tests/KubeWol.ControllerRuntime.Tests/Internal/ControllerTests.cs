using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KubeWol.ControllerRuntime.Tests.Internal;

public sealed class ControllerTests : IAsyncLifetime
{
    private static readonly ResourceKey A = new("ns", "a");
    private static readonly ResourceKey B = new("ns", "b");

    private readonly StillTime _time = new();
    private readonly WorkQueue _queue;
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly LogRecorder _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ScriptedReconciler _reconciler = new();
    private Task _run = Task.CompletedTask;

    public ControllerTests() => _queue = new(_time, new() { ShortestRetry = TimeSpan.FromSeconds(1), LongestRetry = TimeSpan.FromSeconds(60) });

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.SoonAsync();
        _stop.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_key_is_looked_at_once_and_then_left_alone()
    {
        Start();
        _queue.Add(A, WorkPriority.High);

        (await NextAsync(A)).Answer(Requeue.Never);

        await EndedAsync("success");
        AssertNothingIsPlanned();
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Looking_again_after_a_while_is_looking_again_after_that_while()
    {
        Start();
        _queue.Add(A, WorkPriority.High);
        (await NextAsync(A)).Answer(Requeue.After(TimeSpan.FromSeconds(30)));
        await _time.WaitBegunAsync(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));

        _time.Advance(TimeSpan.FromSeconds(30));

        (await NextAsync(A)).Answer(Requeue.Never);
    }

    [Fact]
    public async Task A_failure_is_tried_again_later_and_later_and_success_forgets_it()
    {
        Start();
        _queue.Add(A, WorkPriority.High);
        for (var failures = 0; failures < 8; failures++)
        {
            (await NextAsync(A)).Fail(new InvalidOperationException("broken"));
            await RetryAsync(Math.Min(60, Math.Pow(2, failures)));
        }

        (await NextAsync(A)).Answer(Requeue.Never);
        await EndedAsync("failure", 8);
        await EndedAsync("success");
        Assert.Equal(8, _log.Of(LogLevel.Warning).Count(line => line.Contains("ns/a", StringComparison.Ordinal) && line.Contains("broken", StringComparison.Ordinal)));

        _queue.Add(A, WorkPriority.High);
        (await NextAsync(A)).Fail(new InvalidOperationException("broken"));
        await RetryAsync(1);
        await NextAsync(A);
    }

    [Fact]
    public async Task A_reconciler_that_throws_before_its_first_await_fails_like_another()
    {
        _reconciler.Immediate = new InvalidOperationException("broken");
        Start();
        _queue.Add(A, WorkPriority.High);

        await EndedAsync("failure");
        await RetryAsync(1);
    }

    [Fact]
    public async Task What_only_a_change_can_mend_is_not_tried_again_until_something_changes()
    {
        Start();
        _queue.Add(A, WorkPriority.High);
        (await NextAsync(A)).Fail(new InvalidOperationException("broken"));
        await RetryAsync(1);
        (await NextAsync(A)).Fail(new TerminalException("hopeless"));

        await EndedAsync("terminal");
        AssertNothingIsPlanned();
        Assert.Single(_log.Of(LogLevel.Error));

        _queue.Add(A, WorkPriority.High);
        (await NextAsync(A)).Fail(new InvalidOperationException("broken"));
        await RetryAsync(1); // the earlier failures are forgotten
    }

    [Fact]
    public async Task A_lost_race_is_tried_again_without_a_warning()
    {
        Start();
        _queue.Add(A, WorkPriority.High);

        (await NextAsync(A)).Fail(new ApiException(HttpStatusCode.Conflict, "Conflict", "the object has been modified"));
        await RetryAsync(1);
        (await NextAsync(A)).Answer(Requeue.Never);

        await EndedAsync("conflict");
        Assert.DoesNotContain(_log.Lines, line => line.Level > LogLevel.Debug);
    }

    [Fact]
    public async Task A_server_that_names_a_time_is_not_bothered_before()
    {
        Start();
        _queue.Add(A, WorkPriority.High);

        (await NextAsync(A)).Fail(new ApiException(HttpStatusCode.TooManyRequests, "TooManyRequests", "later", TimeSpan.FromSeconds(17)));

        Assert.Equal(TimeSpan.FromSeconds(17), await _time.WaitBegunAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(59)));
    }

    [Fact]
    public async Task A_look_that_takes_too_long_is_cancelled_and_counts_as_a_failure()
    {
        Start(timeout: TimeSpan.FromMinutes(10));
        _queue.Add(A, WorkPriority.High);
        var look = await NextAsync(A);

        _time.Advance(TimeSpan.FromMinutes(10));

        await look.CancelledAsync();
        await RetryAsync(1);
        await EndedAsync("timeout");
        (await NextAsync(A)).Answer(Requeue.Never);
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        Start();
        _queue.Add(A, WorkPriority.High);

        (await NextAsync(A)).Fail(new OperationCanceledException("some request's own deadline"));

        await RetryAsync(1);
        await EndedAsync("failure");
    }

    [Fact]
    public async Task Stopping_cancels_the_work_takes_no_new_key_and_is_not_a_failure()
    {
        Start(workers: 1);
        _queue.Add(A, WorkPriority.High);
        var look = await NextAsync(A);
        _queue.Add(A, WorkPriority.High);
        _queue.Add(B, WorkPriority.High);

        await _stop.CancelAsync();

        await look.CancelledAsync();
        await _run.SoonAsync();
        Assert.False(_reconciler.HasNext);
        await EndedAsync("cancelled");
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task It_has_not_stopped_while_a_reconciler_is_still_at_work()
    {
        Start();
        _queue.Add(A, WorkPriority.High);
        var look = await NextAsync(A);
        look.IgnoreCancellation = true;

        await _stop.CancelAsync();
        Assert.False(_run.IsCompleted);
        look.Answer(Requeue.Never);

        await _run.SoonAsync();
    }

    [Fact]
    public async Task After_its_end_its_queue_takes_nothing_in()
    {
        Start();
        await _stop.CancelAsync();
        await _run.SoonAsync();

        _queue.Add(A, WorkPriority.High);
        _queue.AddAfter(B, TimeSpan.FromSeconds(1));

        Assert.Equal(0, _queue.Depth);
    }

    [Fact]
    public async Task A_slow_key_holds_up_neither_the_others_nor_its_own_later_changes()
    {
        Start(workers: 2);
        _queue.Add(A, WorkPriority.High);
        var slow = await NextAsync(A);
        _queue.Add(A, WorkPriority.High);
        _queue.Add(B, WorkPriority.High);

        (await NextAsync(B)).Answer(Requeue.Never);
        await EndedAsync("success");
        Assert.False(_reconciler.HasNext); // a is in a hand

        slow.Answer(Requeue.Never);
        (await NextAsync(A)).Answer(Requeue.Never);
    }

    [Fact]
    public async Task As_many_keys_are_worked_on_at_once_as_there_are_workers_and_none_twice_at_once()
    {
        var atOnce = new ConcurrentDictionary<ResourceKey, int>();
        int working = 0, most = 0, twice = 0, done = 0;
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reconciler = new Inline(async key =>
        {
            if (atOnce.AddOrUpdate(key, 1, (_, n) => n + 1) > 1) Interlocked.Increment(ref twice);
            var now = Interlocked.Increment(ref working);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Thread.SpinWait(500);
            Interlocked.Decrement(ref working);
            atOnce.AddOrUpdate(key, 0, (_, n) => n - 1);
            if (Interlocked.Increment(ref done) == 2000) finished.TrySetResult();
            return Requeue.Never;
        });
        Start(workers: 3, reconciler: reconciler);

        for (var i = 0; !finished.Task.IsCompleted; i++)
        {
            _queue.Add(new("ns", $"{i % 7}"), WorkPriority.High);
            if (i % 50 == 0) await Task.Yield();
        }

        await finished.Task.SoonAsync();
        Assert.Equal(0, twice);
        Assert.InRange(most, 2, 3);
    }

    [Fact]
    public async Task All_its_figures_are_there_from_the_start_and_the_depth_is_that_of_the_moment()
    {
        new RuntimeMetrics(_registry).Controlling("standby", _queue);
        _queue.Add(A, WorkPriority.Low);
        _queue.Add(B, WorkPriority.Low);

        Assert.Equal(2, await _registry.ReadAsync("""kubewol_queue_depth{controller="standby"}"""));
        foreach (var outcome in (string[])["success", "failure", "timeout", "conflict", "terminal", "cancelled"])
        {
            Assert.Equal(0, await _registry.ReadAsync($$"""kubewol_reconcile_duration_seconds_count{controller="standby",outcome="{{outcome}}"}"""));
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target)) Interlocked.CompareExchange(ref target, value, seen);
    }

    private void Start(int workers = 2, TimeSpan? timeout = null, IReconciler? reconciler = null)
    {
        var controller = new Controller("test", reconciler ?? _reconciler, _queue, () => { }, new(workers, timeout ?? TimeSpan.FromMinutes(10)), new(_registry), _time, _log);
        _run = controller.RunAsync(_stop.Token);
    }

    private async Task<Look> NextAsync(ResourceKey key)
    {
        var look = await _reconciler.NextAsync();
        Assert.Equal(key, look.Key);
        return look;
    }

    /// <summary>Checks the wait that was begun, of at most so many seconds and at least half of them, and lets it pass.</summary>
    private async Task RetryAsync(double seconds)
    {
        var wait = await _time.WaitBegunAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(61));
        Assert.InRange(wait.TotalSeconds, seconds / 2, seconds + 0.001);
        _time.Advance(wait);
    }

    private async Task EndedAsync(string outcome, int times = 1)
    {
        var series = $$"""kubewol_reconcile_duration_seconds_count{controller="test",outcome="{{outcome}}"}""";
        await Eventually.BecomesTrueAsync($"{times} times {outcome}", async () => await _registry.ReadAsync(series) >= times, Bounded.Test);
        Assert.Equal(times, await _registry.ReadAsync(series));
    }

    private void AssertNothingIsPlanned()
    {
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(0, _queue.Depth);
        Assert.False(_reconciler.HasNext);
    }

    /// <summary>One look at one key, which ends as the test says.</summary>
    private sealed class Look(ResourceKey key, CancellationToken cancellation)
    {
        private readonly TaskCompletionSource<Requeue> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ResourceKey Key => key;

        public bool IgnoreCancellation { get; set; }

        public async Task<Requeue> RunAsync()
        {
            using var registration = cancellation.Register(() =>
            {
                _cancelled.TrySetResult();
                if (!IgnoreCancellation) _answer.TrySetCanceled(cancellation);
            });
            return await _answer.Task;
        }

        public Task CancelledAsync() => _cancelled.Task.SoonAsync();

        public void Answer(Requeue answer) => _answer.TrySetResult(answer);

        public void Fail(Exception failure) => _answer.TrySetException(failure);
    }

    private sealed class ScriptedReconciler : IReconciler
    {
        private readonly Channel<Look> _looks = Channel.CreateUnbounded<Look>();

        public Exception? Immediate { get; set; }

        public bool HasNext => _looks.Reader.TryPeek(out _);

        public Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
        {
            if (Immediate is not null) throw Immediate;
            var look = new Look(key, cancellationToken);
            _looks.Writer.TryWrite(look);
            return look.RunAsync();
        }

        public Task<Look> NextAsync() => _looks.Reader.ReadAsync(Bounded.Test).SoonAsync();
    }

    private sealed class Inline(Func<ResourceKey, Task<Requeue>> look) : IReconciler
    {
        public Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken) => look(key);
    }
}
