using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Tests.World;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Several requests for one machine.</summary>
public sealed class RivalryTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Machine = "team-a/web-01";

    /// <summary>What is asked for, each after so many seconds; how each ends; what is done; and how the machine is then.</summary>
    [Theory]
    // the last word counts
    [InlineData("stopped", "wake 0, pause 0.2", "Superseded, Paused", "start, pause", "Paused")]
    [InlineData("stopped", "wake 0, stop 0.2", "Superseded, Stopped", "start, stop", "Stopped")]
    [InlineData("paused", "wake 0, stop 0.2", "Unpaused, Stopped", "unpause, stop", "Stopped")]
    [InlineData("running", "pause 0, wake 0.2", "Paused, Unpaused", "pause, unpause", "Running")]
    [InlineData("running", "stop 0, wake 0.2", "Stopped, Started", "stop, start", "Running")]
    [InlineData("running", "stop 0, wake 1, stop 2", "Stopped, Superseded, AlreadyInactive", "stop", "Stopped")]
    [InlineData("running", "stop 0, wake 1, stop 2, wake 2.5", "Stopped, Superseded, Superseded, Started", "stop, start", "Running")]
    [InlineData("running", "stop 0, wake 1, destroy 2", "Stopped, Superseded, Destroyed", "stop, delete", "gone")]
    [InlineData("stopped", "wake 0, destroy 0.2", "Superseded, Destroyed", "start, delete", "gone")]
    // a repetition does nothing
    [InlineData("stopped", "wake 0, wake 0.1, wake 1, wake 30", "Started, AlreadyActive, AlreadyActive, AlreadyActive", "start", "Running")]
    [InlineData("running", "pause 0, pause 0.1, pause 30", "Paused, AlreadyInactive, AlreadyInactive", "pause", "Paused")]
    [InlineData("running", "stop 0, stop 0.1", "Stopped, AlreadyInactive", "stop", "Stopped")]
    [InlineData("running", "destroy 0, destroy 0.1", "Destroyed, AlreadyGone", "delete", "gone")]
    [InlineData("running", "move-b 0, move-b 1", "Moved, AlreadyThere", "migrate", "Running")]
    // one after the other
    [InlineData("running", "move-b 0, move-c 1", "Moved, Moved", "migrate, migrate", "Running")]
    [InlineData("running", "move-b 0, pause 1", "Moved, Paused", "migrate, pause", "Paused")]
    [InlineData("running", "move-b 0, wake 1", "Moved, AlreadyActive", "migrate", "Running")]
    [InlineData("running", "pause 0, move-b 0.1, wake 0.2", "Paused, Moved, Unpaused", "pause, migrate, unpause", "Running")]
    [InlineData("running", "destroy 0, wake 0.2", "Destroyed, TargetVanished", "delete", "gone")]
    [InlineData("running", "destroy 0, pause 0.2, move-b 0.3", "Destroyed, TargetVanished, TargetVanished", "delete", "gone")]
    // who will not wait for the guest takes over from who does
    [InlineData("hangs", "stop 0, force 5", "Superseded, Stopped", "stop, stop {\"gracePeriod\":0}", "Stopped")]
    public async Task They_end_in_the_state_that_was_last_asked_for(string state, string asked, string ends, string effects, string shows)
    {
        foreach (var latestFirst in (bool[])[false, true])
        {
            await using var rehearsal = await StartAsync(state, latestFirst);
            var names = await AskAsync(rehearsal, asked);
            await rehearsal.PlayAsync();

            Assert.Equal(ends, string.Join(", ", names.Select(n => rehearsal.StatusOf(n).Reason)));
            Assert.Equal(effects, string.Join(", ", rehearsal.KubeVirt.Effects));
            Assert.Equal(shows, rehearsal.KubeVirt[Machine].Vm?.Status.PrintableStatus ?? "gone");
        }
    }

    [Theory]
    [InlineData("stopped", "wake 0, pause 0, stop 0", "Stopped")] // the order of one second is that of the API server
    [InlineData("paused", "wake 0, pause 0", "Paused")]
    [InlineData("running", "stop 0, wake 0, stop 0", "Stopped")]
    [InlineData("stopped", "wake 0, pause 0.2", "Paused")]
    [InlineData("stopped", "wake 0, stop 0.1", "Stopped")]
    [InlineData("paused", "wake 0, pause 0.1", "Paused")]
    [InlineData("running", "pause 0, wake 0.1", "Running")]
    [InlineData("running", "stop 0, wake 0.1", "Running")]
    [InlineData("paused", "wake 0, stop 0.1, wake 0.2", "Running")]
    [InlineData("running", "stop 0, wake 0.1, pause 0.2", "Stopped")]
    [InlineData("running", "move-b 0, stop 0.1, wake 0.2", "Running")]
    public async Task They_do_so_however_far_behind_the_watches_are(string state, string asked, string shows)
    {
        foreach (var (lag, latestFirst) in ((double, bool)[])[(0.3, false), (0.3, true), (2, false), (6, true)])
        {
            await using var rehearsal = await StartAsync(state, latestFirst);
            rehearsal.Lag = TimeSpan.FromSeconds(lag);
            await AskAsync(rehearsal, asked);
            await rehearsal.PlayAsync();
            rehearsal.Lag = default;
            await rehearsal.PassAsync(30, isAtWork: false);

            Assert.Equal((shows, lag), (rehearsal.KubeVirt[Machine].Vm!.Status.PrintableStatus, lag));
        }
    }

    [Fact]
    public async Task Who_waits_says_for_whom_and_who_gives_way_says_to_whom()
    {
        await using var rehearsal = await StartAsync("running");
        var names = await AskAsync(rehearsal, "stop 0, wake 0.2, move-b 0.3, destroy 1");
        await rehearsal.PassAsync(0.5);

        Assert.Equal(
            [
                "team-a/web-01 is on its way down",
                "the later WakeRequest team-a/r3 (Destroy) takes its place",
                "the later WakeRequest team-a/r3 (Destroy) takes its place",
                "waits until WakeRequest team-a/r0 (Sleep) is finished with team-a/web-01",
            ],
            names.Select(n => rehearsal.StatusOf(n).Message));
    }

    [Fact]
    public async Task Requests_by_name_by_fixed_and_by_live_address_are_rivals_all_the_same()
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(Machine, "Manual", mac: null);
        rehearsal.KubeVirt.Do(Machine, "start");
        await rehearsal.PassAsync(10, isAtWork: false);
        rehearsal.KubeVirt.Effects.Clear();
        var live = rehearsal.World.Instances.Find(new("team-a", "web-01"))!.Status!.Interfaces![0].Mac;

        rehearsal.Ask(Some.Asking(WakeAction.Sleep, "team-a/by-name", name: "web-01"));
        await rehearsal.PassAsync(0.1);
        rehearsal.Ask(Some.Request("team-a/by-mac", mac: live));
        await rehearsal.PassAsync(0.1);
        rehearsal.Ask(Some.Request($"{Some.Agents}/heard", mac: live));
        await rehearsal.PlayAsync();

        Assert.Equal("pause, unpause", string.Join(", ", rehearsal.KubeVirt.Effects));
        Assert.Equal(
            [WakeReason.Paused, WakeReason.Unpaused, WakeReason.AlreadyActive],
            [rehearsal.StatusOf("team-a/by-name").Reason, rehearsal.StatusOf("team-a/by-mac").Reason, rehearsal.StatusOf("kubewol-system/heard").Reason]);
    }

    [Fact]
    public async Task A_request_that_is_being_deleted_holds_nobody_up()
    {
        var stuck = Some.Request("team-a/stuck");
        await using var world = await OperatorWorld.WithAsync(Some.Request("team-a/wake") with { Metadata = Some.Request("team-a/wake").Metadata with { CreationTimestamp = Some.Noon.AddSeconds(1) } }, Some.Vm());
        world.See(stuck with { Metadata = stuck.Metadata with { DeletionTimestamp = Some.Noon }, Status = new() { Operation = WakeOperation.Stop } });

        await world.PassAfterAsync(1);

        Assert.Equal(["start"], world.SubresourceCalls);
    }

    [Fact]
    public async Task A_strangers_request_for_the_same_address_holds_nobody_up()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request("team-a/wake"), Some.Vm());
        world.See(Some.Asking(WakeAction.Sleep, "team-b/theirs")); // earlier, and for a machine of team-b's that does not exist

        await world.PassAsync();

        Assert.Equal(["start"], world.SubresourceCalls);
    }

    [Fact]
    public async Task Passes_at_the_same_time_never_have_two_operations_under_way()
    {
        await using var world = await OperatorWorld.StartAsync(Some.Options, shared.Api);
        world.See(Some.Vm(strategy: "Manual"));
        for (var i = 0; i < 8; i++) world.Store(i % 2 == 0 ? Some.Request($"team-a/r{i}") : Some.Request($"team-a/r{i}", name: "web-01"));
        var (respond, underWay, most) = (world.Api.Respond, 0, 0);
        world.Api.Respond = call =>
        {
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            Thread.SpinWait(200_000); // long enough for another to overtake, if it could
            Interlocked.Decrement(ref underWay);
            return respond(call);
        };

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => world.PassAsync(new("team-a", $"r{i}")))));

        Assert.Equal(1, most);
        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Single(world.Requests.All, r => r.Status!.Operation == WakeOperation.Start);
        Assert.Equal(7, world.Requests.All.Count(r => r.Status!.Reason == WakeReason.WaitingForTurn));
    }

    private async Task<Rehearsal> StartAsync(string state, bool latestFirst = false)
    {
        var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.IsLatestFirst = latestFirst;
        rehearsal.KubeVirt.Create(Machine, "Manual", annotations: state == "hangs" ? [(StandInAnnotations.Guest, "ignores-acpi")] : []);
        if (state != "stopped") rehearsal.KubeVirt.Do(Machine, "start");
        await rehearsal.PassAsync(10, isAtWork: false);
        if (state == "paused") rehearsal.KubeVirt.Do(Machine, "pause");
        await rehearsal.PassAsync(1, isAtWork: false);
        rehearsal.KubeVirt.Effects.Clear();
        return rehearsal;
    }

    /// <summary>Asks for one after the other, each at its second.</summary>
    private static async Task<IReadOnlyList<string>> AskAsync(Rehearsal rehearsal, string asked)
    {
        var names = new List<string>();
        var now = 0.0;
        foreach (var (verb, second) in asked.Split(", ").Select(a => a.Split(' ')).Select(a => (a[0], double.Parse(a[1], System.Globalization.CultureInfo.InvariantCulture))))
        {
            if (second > now) await rehearsal.PassAsync(second - now);
            now = second;
            var name = $"team-a/r{names.Count}";
            names.Add(name);
            rehearsal.Ask(verb switch
            {
                "wake" => Some.Asking(WakeAction.Wake, name),
                "pause" => Some.Asking(WakeAction.Sleep, name),
                "stop" => Some.Asking(WakeAction.Sleep, name, sleep: new() { Mode = SleepMode.Stop }),
                "force" => Some.Asking(WakeAction.Sleep, name, sleep: new() { Mode = SleepMode.Stop, Force = true }),
                "destroy" => Some.Asking(WakeAction.Destroy, name),
                _ => Some.Asking(WakeAction.Move, name, move: new() { NodeName = $"node-{verb[^1]}" }),
            });
        }

        return names;
    }
}
