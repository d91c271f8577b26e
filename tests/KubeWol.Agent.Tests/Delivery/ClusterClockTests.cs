using CsCheck;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Tests.Fakes;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>What a node makes of the dates in the API server's answers, on clocks that the test sets.</summary>
public sealed class ClusterClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly MetricsPage _page = new();
    private readonly LogRecorder<ClusterClock> _log = new();

    [Fact]
    public void What_one_life_of_an_agent_knew_the_next_knows_from_the_first_frame_on()
    {
        var (before, after) = (Some.Clock(TimeProvider.System), Some.UnknownClock(TimeProvider.System));
        after.Recall(before.ToText()!);
        Assert.True(after.IsKnown);
        Assert.Equal(before.ToText(), after.ToText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("2 1 0")]
    [InlineData("one two three")]
    [InlineData("1 2 9223372036854775807")] // not from this start of the node
    public void What_says_nothing_sensible_is_not_recalled(string text)
    {
        var clock = Some.UnknownClock(TimeProvider.System);
        clock.Recall(text);
        Assert.Null(clock.ToText());
    }

    [Fact]
    public void A_clock_that_nothing_is_known_of_is_taken_for_right()
    {
        var node = new Node(this, 30);
        Assert.Equal(TimeSpan.Zero, node.Clock.Correction);
        Assert.Equal(Noon.AddSeconds(30), node.Clock.GetUtcNow());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(-0.3)]
    public void A_clock_that_one_answer_does_not_prove_wrong_is_left_alone(double ahead)
    {
        var node = new Node(this, ahead);
        node.Pass(0.5); // a date is up to a second old: half a second is what it proves either way
        node.Hear();
        Assert.Equal(TimeSpan.Zero, node.Clock.Correction);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-30)]
    [InlineData(86_400)]
    [InlineData(-86_400 * 365)]
    [InlineData(1.6)]
    public void One_answer_puts_a_wrong_clock_right_to_half_a_second(double ahead)
    {
        var node = new Node(this, ahead);
        node.Pass(0.2);
        node.Hear(roundTrip: 0.01);
        Assert.InRange(node.Error, 0, 0.51);
    }

    [Fact]
    public void Answers_at_any_moments_tell_the_offset_ever_more_exactly_and_never_wrong() => Gen.Select(Gen.Double[-100, 100], Gen.Select(Gen.Double[0, 3], Gen.Double[0.001, 0.4], Gen.Double[0, 1]).Array[1, 40]).Sample(story =>
    {
        var (ahead, answers) = story;
        var node = new Node(this, ahead);
        var last = double.MaxValue;
        foreach (var (pause, roundTrip, when) in answers)
        {
            node.Pass(pause);
            node.Hear(roundTrip, when);
            // Either it was not proven wrong, and then it is right to a second and the time of one answer; or it was put right to half of that.
            var isPut = node.Clock.Correction != TimeSpan.Zero;
            Assert.InRange(node.Error, 0, isPut ? 0.71 : 1.41);
            if (isPut) last = Math.Min(last, node.Error);
        }
    });

    [Fact]
    public void After_a_few_seconds_of_answers_it_is_right_to_some_milliseconds()
    {
        var node = new Node(this, -30);
        for (var i = 0; i < 40; i++)
        {
            node.Pass(0.13);
            node.Hear(roundTrip: 0.004);
        }

        Assert.InRange(node.Error, 0, 0.07);
    }

    [Fact]
    public void What_is_not_heard_again_is_known_less_exactly_until_nothing_is_proven()
    {
        var node = new Node(this, 0.1);
        for (var i = 0; i < 40; i++)
        {
            node.Pass(0.13);
            node.Hear(roundTrip: 0.004);
        }

        Assert.NotEqual(TimeSpan.Zero, node.Clock.Correction);
        node.Pass(600);
        Assert.Equal(TimeSpan.Zero, node.Clock.Correction);
    }

    [Fact]
    public void A_clock_that_somebody_sets_is_right_at_once()
    {
        var node = new Node(this, 30);
        node.Hear();
        node.Set(0);
        Assert.Equal(TimeSpan.Zero, node.Clock.Correction);
        node.Set(-3600);
        Assert.InRange(node.Error, 0, 0.6);
    }

    [Fact]
    public void An_API_server_that_says_another_time_than_before_is_believed()
    {
        var node = new Node(this, 0);
        node.Hear();
        node.Server += TimeSpan.FromMinutes(5);
        node.Hear();
        Assert.InRange(node.Error, 0, 0.6);
    }

    [Fact]
    public async Task What_is_wrong_is_said_once_and_shown()
    {
        var node = new Node(this, 30);
        for (var i = 0; i < 10; i++)
        {
            node.Pass(0.3);
            node.Hear();
        }

        Assert.Matches("^This node's clock is (30|29\\.[6-9]|30\\.[1-4]) s ahead of the API server's", Assert.Single(_log.Of(LogLevel.Warning)));
        Assert.InRange(await _page.ValueAsync("kubewol_agent_clock_offset_seconds"), -30.5, -29.5);

        node.Set(0);
        node.Hear();
        Assert.Equal(["This node's clock agrees with the API server's again"], _log.Of(LogLevel.Information));
        Assert.Equal(0, await _page.ValueAsync("kubewol_agent_clock_offset_seconds"));
    }

    /// <summary>A node and a server, whose clocks differ.</summary>
    private sealed class Node
    {
        private readonly Clocks _time = new();

        public Node(ClusterClockTests test, double ahead)
        {
            Set(ahead);
            Clock = new(_time, test._page.Agent, test._log);
        }

        public ClusterClock Clock { get; }

        /// <summary>By how much the server's clock is ahead of the true time.</summary>
        public TimeSpan Server { get; set; }

        /// <summary>By how many seconds the cluster's time is missed.</summary>
        public double Error => (Clock.GetUtcNow() - (True + Server)).Duration().TotalSeconds;

        private DateTimeOffset True { get; set; } = Noon;

        public void Pass(double seconds)
        {
            True += TimeSpan.FromSeconds(seconds);
            _time.Elapsed += TimeSpan.FromSeconds(seconds);
            _time.Wall += TimeSpan.FromSeconds(seconds);
        }

        /// <summary>Sets the node's clock, without time passing.</summary>
        public void Set(double ahead) => _time.Wall = True + TimeSpan.FromSeconds(ahead);

        /// <summary>A question and its answer, which is dated at some moment in between.</summary>
        public void Hear(double roundTrip = 0.005, double when = 0.5)
        {
            var sent = _time.GetTimestamp();
            Pass(roundTrip * when);
            var date = True + Server;
            Pass(roundTrip * (1 - when));
            Clock.Said(date.AddTicks(-(date.UtcTicks % TimeSpan.TicksPerSecond)), sent, _time.GetTimestamp());
        }
    }

    /// <summary>A clock that can be set, and timestamps that cannot.</summary>
    private sealed class Clocks : TimeProvider
    {
        public DateTimeOffset Wall { get; set; }

        public TimeSpan Elapsed { get; set; } = TimeSpan.FromDays(3);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}
