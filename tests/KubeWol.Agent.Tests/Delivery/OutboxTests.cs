using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Delivery;

public sealed class OutboxTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly StillTime _time = new();
    private readonly MetricsPage _page = new();
    private readonly LogRecorder<Outbox> _log = new();
    private readonly Outbox _outbox;

    public OutboxTests()
    {
        _time.SetUtcNow(Noon);
        _outbox = Some.Outbox(_page, Some.Options with { Spool = new() { Messages = 4 } }, _time, _log);
    }

    public void Dispose() => _outbox.Dispose();

    [Fact]
    public void What_was_heard_first_goes_first_in_whatever_order_it_came()
    {
        var (late, early, twin) = (Add(2), Add(0), Add(0));
        Assert.Equal([early, twin, late], [_outbox.Take(preferFresh: true)!.Signal, _outbox.Take(preferFresh: true)!.Signal, _outbox.Take(preferFresh: true)!.Signal]);
        Assert.Null(_outbox.Take(preferFresh: true));
        Assert.Equal(3, _outbox.Count);
    }

    [Fact]
    public void What_was_given_back_is_the_backlog_and_who_takes_says_what_he_would_rather_have()
    {
        var old = Add(0);
        _outbox.GiveBack(_outbox.Take(preferFresh: true)!, TimeSpan.Zero, wasTried: true);
        var (fresh, fresher) = (Add(1), Add(2));

        Assert.Equal(fresh, _outbox.Take(preferFresh: true)!.Signal);
        Assert.Equal(old, _outbox.Take(preferFresh: false)!.Signal);
        Assert.Equal(fresher, _outbox.Take(preferFresh: false)!.Signal);
    }

    [Fact]
    public void A_message_that_was_not_tried_is_still_fresh_when_it_comes_back()
    {
        var first = Add(0);
        _outbox.GiveBack(_outbox.Take(preferFresh: true)!, TimeSpan.Zero, wasTried: false);
        Assert.Equal(first, _outbox.Take(preferFresh: true)!.Signal);
    }

    [Fact]
    public async Task A_message_is_not_handed_out_before_its_time_and_one_that_is_due_earlier_does_not_wait_for_it()
    {
        _outbox.TryAdd(Signal(0), TimeSpan.FromSeconds(3));
        var next = _outbox.TakeAsync(preferFresh: true, TestContext.Current.CancellationToken);
        _outbox.TryAdd(Signal(1), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(0.999));
        Assert.False(next.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(Noon.AddSeconds(1), (await next.SoonAsync()).Signal.CapturedAt);
        _time.Advance(TimeSpan.FromSeconds(1.999));
        Assert.Null(_outbox.Take(preferFresh: true));
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(Noon, _outbox.Take(preferFresh: true)!.Signal.CapturedAt);
    }

    [Fact]
    public async Task What_is_full_refuses_what_is_new_and_has_room_again_when_something_is_dealt_with()
    {
        for (var i = 0; i < 4; i++) Add(i);
        Assert.False(_outbox.TryAdd(Signal(4)));
        var taken = _outbox.Take(preferFresh: true)!;
        Assert.False(_outbox.TryAdd(Signal(4)));
        _outbox.Remove(taken);
        Assert.True(_outbox.TryAdd(Signal(4)));
        Assert.Equal(4, await _page.ValueAsync("kubewol_agent_pending_messages"));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task What_is_past_its_deadline_makes_room_for_what_is_new_the_oldest_first_and_never_what_is_being_sent()
    {
        for (var i = 0; i < 4; i++) Add(i);
        var taken = _outbox.Take(preferFresh: true)!;
        _time.SetUtcNow(Noon + Outbox.Deadline + TimeSpan.FromSeconds(2));
        Assert.True(_outbox.TryAdd(Signal(1000)));
        Assert.True(_outbox.TryAdd(Signal(1001)));
        Assert.False(_outbox.TryAdd(Signal(1002)));
        Assert.Equal(2, await _page.ValueAsync("kubewol_agent_spool_dropped_total{reason=\"Count\"}"));
        Assert.Equal(
            [$"A message for {Some.Target} of 2026-11-22T12:00:01.0000000+00:00 was not delivered and is dropped: Count", $"A message for {Some.Target} of 2026-11-22T12:00:02.0000000+00:00 was not delivered and is dropped: Count"],
            _log.Of(LogLevel.Error));
        _outbox.GiveBack(taken, TimeSpan.Zero, wasTried: true);
        Assert.Equal([Noon, Noon.AddSeconds(3), Noon.AddSeconds(1000), Noon.AddSeconds(1001)], Enumerable.Range(0, 4).Select(_ => _outbox.Take(preferFresh: false)!.Signal.CapturedAt));
        Assert.Null(_outbox.Take(preferFresh: true));
    }

    [Fact]
    public async Task Big_messages_are_bounded_by_what_they_take_up()
    {
        using var outbox = Some.Outbox(_page, Some.Options with { Spool = new() { Mebibytes = 1 } }, _time, _log);
        var command = new HeardCommand(new string('A', 1368), new byte[32]);
        var taken = 0;
        while (outbox.TryAdd(Signal(taken) with { Command = command })) taken++;
        Assert.InRange(taken, 1024 * 1024 / (1368 + 1100), 1024 * 1024 / 1368);

        _time.SetUtcNow(Noon + Outbox.Deadline + TimeSpan.FromSeconds(0.5));
        Assert.True(outbox.TryAdd(Signal(1000) with { Command = command }));
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_spool_dropped_total{reason=\"Bytes\"}"));
    }

    [Fact]
    public async Task What_is_too_old_even_to_be_reported_is_dropped_and_the_age_of_the_oldest_is_shown()
    {
        Add(0);
        Add(1);
        _time.SetUtcNow(Noon.AddHours(1).AddTicks(-1));
        _outbox.Sweep();
        Assert.Equal((2, 3600), (_outbox.Count, Math.Round(await _page.ValueAsync("kubewol_agent_pending_oldest_seconds"), 3)));

        _time.SetUtcNow(Noon.AddHours(1));
        _outbox.Sweep();
        Assert.Equal((1, 3599), (_outbox.Count, await _page.ValueAsync("kubewol_agent_pending_oldest_seconds")));
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_spool_dropped_total{reason=\"Age\"}"));
        Assert.Equal(Noon.AddSeconds(1), _outbox.Take(preferFresh: true)!.Signal.CapturedAt);
    }

    [Fact]
    public void A_password_is_cleared_when_it_can_prove_nothing_any_more()
    {
        var (kept, passed) = (new HeardPassword([1, 2, 3, 4]), new HeardPassword([1, 2, 3, 4]));
        _outbox.TryAdd(Signal(1) with { Password = kept });
        _outbox.TryAdd(Signal(0) with { Password = passed });
        _time.SetUtcNow(Noon + Outbox.Deadline);
        _outbox.Sweep();
        Assert.Equal("01020304 00000000", $"{Convert.ToHexString(kept.Octets)} {Convert.ToHexString(passed.Octets)}");

        _outbox.Take(preferFresh: true);
        _outbox.Remove(_outbox.Take(preferFresh: true)!);
        Assert.Equal("00000000", Convert.ToHexString(kept.Octets));
    }

    [Fact]
    public void What_was_heard_by_a_clock_that_turns_out_to_be_wrong_is_as_old_as_it_is()
    {
        var clock = Some.UnknownClock(_time);
        using var outbox = Some.Outbox(_page, time: _time, clusterClock: clock);
        var password = new HeardPassword([1, 2, 3, 4]);
        outbox.TryAdd(Signal(0) with { IsUndated = true, Password = password });
        clock.Said(Noon.AddHours(2), _time.GetTimestamp(), _time.GetTimestamp());
        outbox.Sweep();
        Assert.Equal((1, false), (outbox.Count, password.IsCleared));
        _time.Advance(Outbox.Deadline);
        outbox.Sweep();
        Assert.Equal((1, true), (outbox.Count, password.IsCleared));
    }

    [Fact]
    public void What_is_dealt_with_cannot_be_given_back()
    {
        Add(0);
        var entry = _outbox.Take(preferFresh: true)!;
        _outbox.Remove(entry);
        _outbox.GiveBack(entry, TimeSpan.Zero, wasTried: true);
        Assert.Null(_outbox.Take(preferFresh: true));
    }

    /// <summary>Whatever is done, nothing is handed out twice, and nothing is forgotten.</summary>
    [Fact]
    public async Task With_many_hands_every_message_is_in_one_of_them_at_a_time()
    {
        const int count = 5_000;
        using var outbox = Some.Outbox(_page, time: TimeProvider.System);
        var delivered = new System.Collections.Concurrent.ConcurrentBag<WakeSignal>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var hands = Enumerable.Range(0, 8).Select(i => Task.Run(() => WorkAsync(i % 2 == 0, new Random(i)))).ToList();
        for (var i = 0; i < count; i++) Assert.True(outbox.TryAdd(Signal(i) with { CapturedAt = DateTimeOffset.UtcNow.AddTicks(i) }, TimeSpan.FromMilliseconds(i % 7)));
        await KubeWol.TestCluster.Eventually.BecomesTrueAsync("all are delivered", () => outbox.Count == 0, TestContext.Current.CancellationToken);
        await end.CancelAsync();
        await Task.WhenAll(hands).SoonAsync();
        Assert.Equal((count, count), (delivered.Count, delivered.Distinct().Count()));

        async Task WorkAsync(bool preferFresh, Random random)
        {
            try
            {
                while (true)
                {
                    var entry = await outbox.TakeAsync(preferFresh, end.Token);
                    if (random.Next(3) > 0)
                    {
                        outbox.GiveBack(entry, TimeSpan.FromMilliseconds(random.Next(4)), random.Next(2) == 0);
                        continue;
                    }

                    delivered.Add(entry.Signal);
                    outbox.Remove(entry);
                }
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                // Enough.
            }
        }
    }

    private static WakeSignal Signal(double seconds) => Some.Signal with { CapturedAt = Noon.AddSeconds(seconds) };

    private WakeSignal Add(double seconds)
    {
        var signal = Signal(seconds);
        Assert.True(_outbox.TryAdd(signal));
        return signal;
    }
}
