using KubeWol.ControllerRuntime.Internal;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.ControllerRuntime.Tests.Internal;

public sealed class WorkQueueTests : IDisposable
{
    private static readonly ResourceKey A = new("ns", "a");
    private static readonly ResourceKey B = new("ns", "b");
    private static readonly ResourceKey C = new("ns", "c");

    private readonly FakeTimeProvider _time = new();
    private readonly WorkQueue _queue;

    public WorkQueueTests() => _queue = Queue(new());

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void A_key_added_twice_is_handed_out_once()
    {
        _queue.Add(A, WorkPriority.High);
        _queue.Add(A, WorkPriority.High);

        Assert.Equal(1, _queue.Depth);
        Assert.Equal(A, TakeNow());
        AssertEmpty();
    }

    [Fact]
    public void Keys_of_one_urgency_leave_in_the_order_in_which_they_came()
    {
        foreach (var key in (ResourceKey[])[C, A, B]) _queue.Add(key, WorkPriority.Low);

        Assert.Equal([C, A, B], [TakeNow(), TakeNow(), TakeNow()]);
    }

    [Fact]
    public void What_just_changed_goes_before_what_the_first_list_brought()
    {
        _queue.Add(A, WorkPriority.Low);
        _queue.Add(B, WorkPriority.High);

        Assert.Equal([B, A], [TakeNow(), TakeNow()]);
    }

    [Fact]
    public void What_is_new_goes_before_what_changed()
    {
        _queue.Add(A, WorkPriority.Low);
        _queue.Add(B, WorkPriority.High);
        _queue.Add(C, WorkPriority.Highest);

        Assert.Equal([C, B, A], [TakeNow(), TakeNow(), TakeNow()]);
    }

    [Fact]
    public void A_key_of_the_first_list_that_changes_moves_to_the_front_and_still_comes_once()
    {
        _queue.Add(A, WorkPriority.Low);
        _queue.Add(B, WorkPriority.Low);
        _queue.Add(B, WorkPriority.High);

        Assert.Equal(2, _queue.Depth);
        Assert.Equal([B, A], [TakeNow(), TakeNow()]);
        _queue.Done(B);
        AssertEmpty();
    }

    [Fact]
    public void An_urgent_key_does_not_become_less_urgent()
    {
        _queue.Add(A, WorkPriority.Low);
        _queue.Add(B, WorkPriority.High);
        _queue.Add(B, WorkPriority.Low);

        Assert.Equal([B, A], [TakeNow(), TakeNow()]);
    }

    [Fact]
    public void A_change_that_arrives_during_the_work_is_not_lost_and_not_handed_out_before_the_work_is_done()
    {
        _queue.Add(A, WorkPriority.High);
        Assert.Equal(A, TakeNow());
        _queue.Add(A, WorkPriority.High);
        _queue.Add(A, WorkPriority.Low);
        AssertEmpty();

        _queue.Done(A);

        Assert.Equal(A, TakeNow());
        _queue.Done(A);
        AssertEmpty();
    }

    [Fact]
    public void A_change_during_the_work_keeps_its_urgency()
    {
        _queue.Add(A, WorkPriority.Low);
        TakeNow();
        _queue.Add(A, WorkPriority.Low);
        _queue.Add(A, WorkPriority.High);
        _queue.Add(B, WorkPriority.Low);

        _queue.Done(A);

        Assert.Equal([A, B], [TakeNow(), TakeNow()]);
    }

    [Fact]
    public async Task Whoever_waits_gets_the_next_key()
    {
        var first = _queue.TakeAsync(Bounded.Test);
        var second = _queue.TakeAsync(Bounded.Test);
        Assert.False(first.IsCompleted);

        _queue.Add(A, WorkPriority.Low);
        _queue.Add(B, WorkPriority.High);

        Assert.Equal(A, await first.SoonAsync());
        Assert.Equal(B, await second.SoonAsync());
    }

    [Fact]
    public async Task A_taker_that_gives_up_takes_no_key_with_it()
    {
        using var impatience = new CancellationTokenSource();
        var gone = _queue.TakeAsync(impatience.Token).AsTask();
        var staying = _queue.TakeAsync(Bounded.Test);
        await impatience.CancelAsync();

        _queue.Add(A, WorkPriority.High);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal(A, await staying.SoonAsync());
    }

    [Fact]
    public async Task Nobody_who_was_told_to_stop_is_handed_a_key_that_is_ready()
    {
        _queue.Add(A, WorkPriority.High);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _queue.TakeAsync(new CancellationToken(canceled: true)));

        Assert.Equal(A, TakeNow());
    }

    [Fact]
    public void A_delayed_key_comes_when_it_is_due_and_not_before()
    {
        _queue.AddAfter(A, TimeSpan.FromSeconds(10));

        _time.Advance(TimeSpan.FromSeconds(9.999));
        AssertEmpty();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(A, TakeNow());
        _queue.Done(A);
        _time.Advance(TimeSpan.FromMinutes(10));
        AssertEmpty();
    }

    [Theory]
    [InlineData(5, 20)]
    [InlineData(20, 5)]
    public void Of_several_wishes_for_one_key_the_earliest_counts_and_the_others_are_forgotten(int first, int second)
    {
        _queue.AddAfter(A, TimeSpan.FromSeconds(first));
        _queue.AddAfter(A, TimeSpan.FromSeconds(second));

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(A, TakeNow());
        _queue.Done(A);
        _time.Advance(TimeSpan.FromSeconds(60));
        AssertEmpty();
    }

    [Fact]
    public void Delayed_keys_share_a_timer_and_each_comes_in_its_own_time()
    {
        _queue.AddAfter(A, TimeSpan.FromSeconds(3));
        _queue.AddAfter(B, TimeSpan.FromSeconds(1));
        _queue.AddAfter(C, TimeSpan.FromSeconds(2));

        foreach (var expected in (ResourceKey[])[B, C, A])
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(expected, TakeNow());
            AssertEmpty();
        }
    }

    [Fact]
    public void A_delayed_key_that_is_due_during_its_own_work_comes_after_it()
    {
        _queue.Add(A, WorkPriority.High);
        TakeNow();
        _queue.AddAfter(A, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(5));
        AssertEmpty();

        _queue.Done(A);

        Assert.Equal(A, TakeNow());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void No_delay_means_now(int seconds)
    {
        _queue.AddAfter(A, TimeSpan.FromSeconds(seconds));

        _time.Advance(TimeSpan.Zero); // lets the timer fire
        Assert.Equal(A, TakeNow());
    }

    [Fact]
    public void The_longest_delay_there_is_does_not_wrap_round_to_now()
    {
        _queue.AddAfter(A, TimeSpan.MaxValue);
        _queue.AddAfter(B, TimeSpan.FromDays(60)); // longer than a timer can be set

        _time.Advance(TimeSpan.FromDays(59));
        AssertEmpty();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(B, TakeNow());
        AssertEmpty();
    }

    [Fact]
    public void A_failing_key_waits_longer_each_time_up_to_the_longest_wait()
    {
        using var queue = Queue(new() { ShortestRetry = TimeSpan.FromMilliseconds(100), LongestRetry = TimeSpan.FromSeconds(2) });

        for (var failures = 0; failures < 60; failures++)
        {
            var full = Math.Min(2000, 100 * Math.Pow(2, failures));
            Assert.InRange(queue.AddFailed(A).TotalMilliseconds, full / 2, full);
        }
    }

    [Fact]
    public void Keys_that_failed_together_do_not_come_back_together()
    {
        using var queue = Queue(new() { RetryBurst = 1000 });

        var delays = Enumerable.Range(0, 100).Select(i => queue.AddFailed(new(null, $"{i}"))).Distinct().Count();

        Assert.True(delays > 90, $"{delays} different delays");
    }

    [Fact]
    public void Success_forgets_the_failures()
    {
        using var queue = Queue(new() { ShortestRetry = TimeSpan.FromMilliseconds(100) });
        for (var i = 0; i < 5; i++) queue.AddFailed(A);

        queue.Forget(A);

        Assert.InRange(queue.AddFailed(A).TotalMilliseconds, 50, 100);
    }

    [Fact]
    public void All_failing_keys_share_one_bucket_that_fills_again()
    {
        using var queue = Queue(new() { RetryBurst = 3, RetriesPerSecond = 10, ShortestRetry = TimeSpan.FromTicks(1) });
        var key = 0;
        double FailNew() => queue.AddFailed(new(null, $"{key++}")).TotalMilliseconds;

        Assert.All([FailNew(), FailNew(), FailNew()], delay => Assert.InRange(delay, 0, 1));
        Assert.Equal(100, FailNew(), 1);
        Assert.Equal(200, FailNew(), 1);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.All([FailNew(), FailNew(), FailNew()], delay => Assert.InRange(delay, 0, 1));
        Assert.Equal(100, FailNew(), 1);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(86400, 30)]
    public void A_server_that_asks_to_be_left_alone_is_left_alone_within_reason(int asked, int granted)
    {
        using var queue = Queue(new() { LongestRetry = TimeSpan.FromSeconds(30) });

        Assert.Equal(TimeSpan.FromSeconds(granted), queue.AddFailed(A, TimeSpan.FromSeconds(asked)));
    }

    [Fact]
    public void A_failed_key_comes_back_after_just_the_delay_that_was_named()
    {
        var delay = _queue.AddFailed(A);

        _time.Advance(delay - TimeSpan.FromTicks(1));
        AssertEmpty();
        _time.Advance(TimeSpan.FromMilliseconds(1)); // a timer's step
        Assert.Equal(A, TakeNow());
    }

    [Fact]
    public async Task A_closed_queue_hands_out_what_is_ready_and_then_says_so()
    {
        _queue.Add(A, WorkPriority.High);
        _queue.Add(B, WorkPriority.Low);
        _queue.AddAfter(C, TimeSpan.FromSeconds(1));

        _queue.Close();
        _queue.Add(C, WorkPriority.High);
        _queue.AddAfter(C, TimeSpan.Zero);
        _queue.AddFailed(C);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal([A, B], [TakeNow(), TakeNow()]);
        Assert.Null(await _queue.TakeAsync(Bounded.Test));
    }

    [Fact]
    public async Task Closing_sends_away_those_who_wait()
    {
        var waiting = _queue.TakeAsync(Bounded.Test);

        _queue.Close();

        Assert.Null(await waiting.SoonAsync());
    }

    [Fact]
    public async Task A_change_that_arrived_during_the_work_survives_closing()
    {
        _queue.Add(A, WorkPriority.High);
        TakeNow();
        _queue.Add(A, WorkPriority.High);

        _queue.Close();
        _queue.Done(A);

        Assert.Equal(A, TakeNow());
        _queue.Done(A);
        Assert.Null(await _queue.TakeAsync(Bounded.Test));
    }

    private WorkQueue Queue(WorkQueueOptions options) => new(_time, options);

    private ResourceKey TakeNow()
    {
        var take = _queue.TakeAsync(Bounded.Test).AsTask();
        Assert.True(take.IsCompletedSuccessfully, "no key is ready");
        return take.Result!.Value;
    }

    private void AssertEmpty() => Assert.Equal(0, _queue.Depth);
}
