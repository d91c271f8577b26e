using System.Text.RegularExpressions;
using KubeWol.ControllerRuntime.Tests.Fakes;

namespace KubeWol.ControllerRuntime.Tests.Leadership;

public sealed partial class LeaderLeaseTests : LeaseScene
{
    [Fact]
    public void A_lease_that_does_not_exist_is_created_and_held()
    {
        var a = Start("a");

        Assert.True(a.Leads);
        Assert.Equal("a", Server.Holder);
        Pass(TimeSpan.FromMinutes(10));
        Assert.True(a.Leads);
        Assert.InRange(Server.Writes, 500, 760); // about one a second
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"holderIdentity":"","leaseDurationSeconds":1}""")]
    [InlineData("""{"holderIdentity":null,"leaseTransitions":4}""")]
    public void A_lease_without_a_holder_is_taken_at_once(string spec)
    {
        Server.Store(spec);

        Assert.True(Start("a").Leads);
        Assert.Equal("a", Server.Holder);
    }

    [Fact]
    public void A_lease_nobody_renews_is_taken_when_it_was_seen_unchanged_for_its_own_duration_and_not_before()
    {
        Server.Store("""{"holderIdentity":"other","leaseDurationSeconds":20,"leaseTransitions":4}""");
        var a = Start("a");

        Pass(TimeSpan.FromSeconds(19.9));
        Assert.False(a.Leads);
        Pass(TimeSpan.FromSeconds(1.4)); // until the next look
        Assert.True(a.Leads);
        Assert.Equal(5, (int)Server.Lease!["spec"]!["leaseTransitions"]!);
    }

    [Theory]
    [InlineData("1999-01-01T00:00:00.000000Z")]
    [InlineData("2077-01-01T00:00:00.000000Z")]
    public void The_times_that_another_machine_wrote_do_not_matter(string renewTime)
    {
        Server.Store($$"""{"holderIdentity":"other","leaseDurationSeconds":8,"renewTime":"{{renewTime}}","acquireTime":"{{renewTime}}"}""");
        var a = Start("a");

        Pass(TimeSpan.FromSeconds(7.9));
        Assert.False(a.Leads);
        Pass(TimeSpan.FromSeconds(1.4));
        Assert.True(a.Leads);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public void A_clock_that_is_wrong_neither_takes_a_lease_from_a_healthy_leader_nor_loses_its_own(int seconds)
    {
        var a = Start("a");
        var b = Start("b", skew: TimeSpan.FromSeconds(seconds));

        Pass(TimeSpan.FromMinutes(5));
        Assert.True(a.Leads);
        Assert.False(b.Leads);

        Kill(a);
        Pass(TimeSpan.FromSeconds(10.5)); // seen late, waited for, looked at late
        Assert.True(b.Leads);
        Pass(TimeSpan.FromMinutes(5));
        Assert.True(b.Leads);
    }

    [Fact]
    public void A_leader_that_dies_without_a_word_is_followed_after_the_duration_of_its_lease()
    {
        var a = Start("a");
        var b = Start("b");
        Pass(TimeSpan.FromSeconds(30));
        Kill(a);

        Pass(TimeSpan.FromSeconds(6.5)); // eight seconds, less the time since the last renewal
        Assert.False(b.Leads);
        Pass(TimeSpan.FromSeconds(4)); // seen late, looked at late
        Assert.True(b.Leads);
    }

    [Fact]
    public void Renewals_that_fail_for_a_while_do_not_lose_the_lease()
    {
        var a = Start("a");
        for (var round = 0; round < 20; round++)
        {
            a.Fate = (round % 3) switch { 0 => Fate.NoConnection, 1 => Fate.Good with { Status = 500 }, _ => Fate.Good with { Status = 429 } };
            Pass(TimeSpan.FromSeconds(2.4));
            a.Fate = Fate.Good;
            Pass(TimeSpan.FromSeconds(1.5));
        }

        Assert.True(a.Leads);
    }

    [Fact]
    public void A_single_renewal_without_an_answer_does_not_lose_the_lease()
    {
        var a = Start("a");
        Pass(TimeSpan.FromSeconds(3));
        var sent = a.Wire.Sent;
        a.Fate = Fate.Lost;
        while (a.Wire.Sent == sent) Pass(TimeSpan.FromMilliseconds(50));
        a.Fate = Fate.Good;

        Pass(TimeSpan.FromSeconds(30));

        Assert.True(a.Leads);
    }

    [Fact]
    public void A_lease_that_cannot_be_renewed_is_given_up_by_the_deadline()
    {
        var a = Start("a");
        Pass(TimeSpan.FromSeconds(10));
        var written = Server.Writes;
        while (Server.Writes == written) Pass(TimeSpan.FromMilliseconds(10));
        a.Fate = Fate.NoConnection; // the last renewal was just now

        Pass(TimeSpan.FromSeconds(4.9));
        Assert.True(a.Leads);
        Pass(TimeSpan.FromSeconds(0.12));
        Assert.False(a.Leads);
        Assert.True(a.Run.IsCompletedSuccessfully);
    }

    [Fact]
    public void The_deadline_counts_from_the_sending_of_the_last_renewal_and_not_from_its_late_answer()
    {
        var a = Start("a");
        var written = Server.Writes;
        a.Fate = Fate.Good with { Back = TimeSpan.FromSeconds(1.5) };
        while (Server.Writes == written) Pass(TimeSpan.FromMilliseconds(10));
        a.Fate = Fate.NoConnection;

        Pass(TimeSpan.FromSeconds(5.02));

        Assert.False(a.Leads);
    }

    [Fact]
    public void A_renewal_whose_answer_was_lost_is_recognised_as_our_own()
    {
        var a = Start("a");
        for (var round = 0; round < 10; round++)
        {
            a.Fate = Fate.AnswerLost;
            Pass(TimeSpan.FromSeconds(1.3));
            a.Fate = Fate.Good;
            Pass(TimeSpan.FromSeconds(4));
        }

        Assert.True(a.Leads);
        Assert.Equal("a", Server.Holder);
    }

    [Fact]
    public void A_lease_that_somebody_relabels_all_the_time_stays_held()
    {
        var a = Start("a");
        for (var i = 0; i < 100; i++)
        {
            Server.Touch();
            Pass(TimeSpan.FromSeconds(0.7));
        }

        Assert.True(a.Leads);
    }

    [Fact]
    public void A_lease_that_another_took_is_lost_at_the_next_renewal()
    {
        var a = Start("a");
        Server.Store("""{"holderIdentity":"thief","leaseDurationSeconds":8}""");

        Pass(TimeSpan.FromSeconds(1.3));

        Assert.False(a.Leads);
        Assert.Equal("thief", Server.Holder);
    }

    [Fact]
    public void A_lease_that_somebody_deleted_is_lost_and_nobody_follows_before_its_holder_must_have_noticed()
    {
        var a = Start("a");
        var b = Start("b");
        Pass(TimeSpan.FromSeconds(5));
        a.Fate = Fate.NoConnection; // cannot notice
        Server.Store(null);

        while (a.Leads)
        {
            Assert.False(b.Leads);
            Pass(TimeSpan.FromMilliseconds(10));
        }

        Pass(TimeSpan.FromSeconds(8));
        Assert.True(b.Leads);
        Assert.Equal("b", Server.Holder);
    }

    [Fact]
    public void A_holder_that_notices_that_its_lease_was_deleted_stops()
    {
        var a = Start("a");
        Server.Store(null);

        Pass(TimeSpan.FromSeconds(1.3));

        Assert.False(a.Leads);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_acquisition_whose_answer_comes_too_late_is_not_leadership(bool exists)
    {
        if (exists) Server.Store("{}");
        var a = Start("a", Fate.Good with { Back = TimeSpan.FromSeconds(9) });

        Pass(TimeSpan.FromSeconds(30));

        Assert.False(a.Leads);
    }

    [Fact]
    public void An_acquisition_whose_answer_was_lost_is_repeated_without_waiting_for_expiry()
    {
        var a = Start("a", new Queue<Fate>([Fate.Good, Fate.AnswerLost])); // it reads that there is no lease, and creates it
        Assert.Equal("a", Server.Holder);
        Assert.False(a.Leads);

        Pass(TimeSpan.FromSeconds(3)); // a try, and a pause

        Assert.True(a.Leads);
    }

    [Fact]
    public void Who_creates_the_lease_second_stands_by()
    {
        var a = Start("a", Fate.Good with { Back = TimeSpan.FromMilliseconds(200) }); // has read that there is none …
        var b = Start("b"); // … when b creates it

        Pass(TimeSpan.FromSeconds(30));

        Assert.False(a.Leads);
        Assert.True(b.Leads);
    }

    [Fact]
    public void Times_are_written_with_six_decimals_and_foreign_fields_are_left_alone()
    {
        Server.Store("""{"holderIdentity":"","strategy":"OldestEmulationVersion"}""");

        Start("a");

        var spec = Server.Lease!["spec"]!;
        Assert.Matches(MicroTime(), (string?)spec["renewTime"]);
        Assert.Matches(MicroTime(), (string?)spec["acquireTime"]);
        Assert.Equal("OldestEmulationVersion", (string?)spec["strategy"]);
        Assert.Equal(8, (int)spec["leaseDurationSeconds"]!);
    }

    [Theory]
    [InlineData(0, 5, 8)]
    [InlineData(5, 5, 8)]
    [InlineData(1, 8, 8)]
    [InlineData(1, 9, 8)]
    public void Times_that_do_not_go_together_are_refused(int retry, int renew, int duration)
    {
        var options = Options("a") with { RetryPeriod = TimeSpan.FromSeconds(retry), RenewDeadline = TimeSpan.FromSeconds(renew), Duration = TimeSpan.FromSeconds(duration) };

        Assert.Throws<ArgumentException>(options.Validate);
    }

    [Fact]
    public void The_times_that_are_the_default_go_together() => Options("a").Validate();

    [GeneratedRegex(@"^2026-11-22T12:00:\d\d\.\d{6}Z$")]
    private static partial Regex MicroTime();
}
