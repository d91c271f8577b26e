using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Intake;

public sealed class FloodGuardTests : IDisposable
{
    private static readonly MacAddress Loud = MacAddress.Parse("02:00:00:00:00:01");
    private static readonly MacAddress Quiet = MacAddress.Parse("02:00:00:00:00:02");

    private readonly StillTime _time = new();
    private readonly LogRecorder<FloodGuard> _log = new();
    private readonly List<FloodGuard> _guards = [];

    public void Dispose() => _guards.ForEach(g => g.Dispose());

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(5_000, 20)]
    public void A_sender_may_send_its_burst_at_once_and_then_at_its_rate(int burst, int perSecond)
    {
        var guard = Guard(new(burst, perSecond, 1_000_000, 10_000));
        Assert.Equal(burst, Sent(guard, Loud, burst + 1_000));
        _time.Advance(TimeSpan.FromSeconds(1.0 / perSecond));
        Assert.Equal(1, Sent(guard, Loud, 100));
        for (var second = 0; second < 10; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Math.Min(burst, perSecond), Sent(guard, Loud, 1_000));
        }

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(burst, Sent(guard, Loud, burst + 1_000));
    }

    [Fact]
    public void A_loud_sender_is_stopped_before_it_has_used_up_what_is_for_all()
    {
        var guard = Guard(RateLimits.Default);
        Assert.Equal(5_000, Sent(guard, Loud, 1_000_000));
        Assert.Equal(5_000, Sent(guard, Quiet, 5_000));
        // In the long run five such senders can: then each gets what there is when it comes.
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, Sent(guard, Loud, 1_000_000));
        Assert.Equal(200, Sent(guard, Quiet, 1_000_000));
        Assert.Equal(600, Enumerable.Range(0, 1_000).Count(i => guard.Admits(new(0x02_00_00_01_00_00ul + (ulong)i))));
    }

    [Fact]
    public void Senders_that_are_many_are_stopped_by_the_limit_of_all()
    {
        var guard = Guard(RateLimits.Default);
        Assert.Equal(10_000, Enumerable.Range(0, 100_000).Count(i => guard.Admits(new((ulong)i * 7))));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(100, Enumerable.Range(0, 100_000).Count(i => guard.Admits(new((ulong)i * 7))));
    }

    /// <summary>What is refused for everybody's limit takes nothing from the sender's own.</summary>
    [Fact]
    public void Who_was_refused_because_of_others_has_lost_nothing()
    {
        var guard = Guard(new(3, 1, 3, 1_000));
        Assert.Equal(3, Sent(guard, Loud, 3));
        Assert.Equal(0, Sent(guard, Quiet, 100));
        _time.Advance(TimeSpan.FromSeconds(0.01));
        Assert.Equal(3, Sent(guard, Quiet, 100));
    }

    [Fact]
    public void A_sender_that_was_stopped_is_not_forgotten_however_many_others_there_are()
    {
        var guard = Guard(new(100, 1, 1_000_000, 10_000));
        Assert.Equal(100, Sent(guard, Loud, 200));
        for (var other = 1ul; other <= 20ul * SenderBuckets.Capacity; other++) Assert.True(guard.Admits(new(0x02_00_00_10_00_00 + other)));
        Assert.Equal(0, Sent(guard, Loud, 200));
    }

    [Fact]
    public void A_flood_is_in_the_log_when_it_begins_and_when_it_is_over()
    {
        var guard = Guard(new(2, 1, 1_000, 1_000));
        Assert.Equal(2, Sent(guard, Loud, 2));
        Assert.Empty(_log.Lines);
        Sent(guard, Loud, 1_000);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(9));
            Sent(guard, Loud, 500);
        }

        var first = (LogLevel.Warning, 111, "02:00:00:00:00:01 sends too many messages: what is more than 2 at once and 1 a second is refused");
        Assert.Equal([first], _log.Lines);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal([first, (LogLevel.Information, 113, "The flood is over: 3490 messages were refused")], _log.Lines);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, _log.Lines.Count);

        for (var i = 0ul; i < 1_001; i++) guard.Admits(new(0x02_00_00_10_00_00 + i));
        Assert.Equal((LogLevel.Warning, 112, "All senders together send too many messages: what is more than 1000 at once and 1000 a second is refused"), _log.Lines.Last());
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((LogLevel.Information, 113, "The flood is over: 1 messages were refused"), _log.Lines.Last());
        Assert.Equal(4, _log.Lines.Count);
    }

    [Fact]
    public void Refusing_costs_no_memory_and_neither_does_telling_senders_apart()
    {
        var guard = Guard(new(2, 1, 10, 1));
        for (var i = 0ul; i < 100_000; i++) guard.Admits(new(i));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0ul; i < 100_000; i++) guard.Admits(new(i * 3));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int Sent(FloodGuard guard, MacAddress sender, int frames) => Enumerable.Range(0, frames).Count(_ => guard.Admits(sender));

    private FloodGuard Guard(RateLimits limits)
    {
        var guard = new FloodGuard(Some.Options with { RateLimits = limits }, _time, _log);
        _guards.Add(guard);
        return guard;
    }
}
