using KubeWol.ControllerRuntime.Tests.Fakes;

namespace KubeWol.ControllerRuntime.Tests.Leadership;

/// <summary>What becomes of the lease of who is told to stop.</summary>
public sealed class LeaderLeaseReleaseTests : LeaseScene
{
    [Fact]
    public async Task A_released_lease_is_taken_at_the_next_look()
    {
        var a = Start("a");
        var b = Start("b");
        Pass(TimeSpan.FromSeconds(30));

        await a.StopAsync();
        Assert.Equal("", Server.Holder);
        Pass(TimeSpan.FromSeconds(1.3));

        Assert.True(b.Leads);
    }

    [Fact]
    public async Task A_lease_is_released_though_the_answer_to_the_last_renewal_was_lost()
    {
        var a = Start("a");
        var written = Server.Writes;
        a.Fate = Fate.AnswerLost;
        while (Server.Writes == written) Pass(TimeSpan.FromMilliseconds(50));
        a.Fate = Fate.Good;
        Pass(TimeSpan.FromSeconds(2.6)); // the renewal is given up

        await a.StopAsync();

        Assert.Equal("", Server.Holder);
    }

    [Fact]
    public async Task Who_never_led_or_lost_the_lease_releases_nothing()
    {
        var a = Start("a");
        var b = Start("b");
        Server.Store("""{"holderIdentity":"thief","leaseDurationSeconds":8}""");
        Pass(TimeSpan.FromSeconds(1.3));

        await a.StopAsync();
        await b.StopAsync();

        Assert.Equal("thief", Server.Holder);
    }

    [Fact]
    public async Task A_lease_that_another_took_meanwhile_is_not_released()
    {
        var a = Start("a");
        Server.Store("""{"holderIdentity":"thief","leaseDurationSeconds":8}""");

        await a.StopAsync();

        Assert.Equal("thief", Server.Holder);
    }

    [Fact]
    public async Task AServer_that_is_away_does_not_keep_anybody_from_leaving()
    {
        var a = Start("a");
        a.Fate = Fate.NoConnection;

        await a.StopAsync();

        Assert.Equal("a", Server.Holder); // expires by itself
    }

    [Fact]
    public async Task Stopping_ends_the_waiting_at_once_and_a_standby_never_writes()
    {
        Start("a");
        var b = Start("b");
        var written = Server.Writes;

        await b.StopAsync();

        await b.Run.SoonAsync();
        Assert.Equal(written, Server.Writes);
    }

    [Fact]
    public async Task A_renewal_that_is_under_way_when_it_is_told_to_stop_is_not_cut_off_so_that_the_release_succeeds()
    {
        var a = Start("a");
        a.Fate = new(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(300));
        var sent = a.Wire.Sent;
        while (a.Wire.Sent == sent) Pass(TimeSpan.FromMilliseconds(50));

        a.Fate = Fate.Good;
        a.Stop();
        Assert.False(a.Run.IsCompleted);
        Pass(TimeSpan.FromSeconds(0.7));
        await a.Run.SoonAsync();
        await a.Lease.ReleaseAsync(CancellationToken.None);

        Assert.Equal("", Server.Holder);
    }

    [Fact]
    public void Who_was_told_to_stop_before_beginning_does_not_take_the_lease()
    {
        var a = Make("a", Fate.Good, TimeSpan.Zero);
        a.Stop();

        a.Start();

        Assert.True(a.Run.IsCompletedSuccessfully);
        Assert.Null(Server.Lease);
    }
}
