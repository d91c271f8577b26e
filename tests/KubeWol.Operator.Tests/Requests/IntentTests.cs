using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>What a message is taken to mean: its port, and the direction of the address in it.</summary>
public sealed class IntentTests
{
    private const string Backwards = "56:34:12:00:54:52";

    private static readonly OperatorOptions Ports = Some.Options with
    {
        Ports = new Dictionary<int, WakeAction> { [40_001] = WakeAction.Sleep, [40_002] = WakeAction.Move, [40_003] = WakeAction.Instantiate },
        DefaultVerbs = [WakeAction.Wake, WakeAction.Sleep, WakeAction.Move, WakeAction.Instantiate],
    };

    private static readonly OperatorOptions Both = Ports with { ReversedMacSleeps = true };

    [Theory]
    [InlineData(40_001, Some.Mac, "Paused", "Sleep", "pause")]
    [InlineData(9, Backwards, "Paused", "Sleep", "pause")]
    [InlineData(9, Some.Mac, "AlreadyActive", "Wake", "")]
    [InlineData(40_002, Some.Mac, "Moved", "Move", "migrate")]
    [InlineData(40_003, Some.Mac, "AlreadyActive", "Instantiate", "")]
    [InlineData(40_005, Some.Mac, "AlreadyActive", "Wake", "")]
    [InlineData(null, Some.Mac, "AlreadyActive", "Wake", "")] // a bare Ethernet frame has no port
    [InlineData(null, Backwards, "Paused", "Sleep", "pause")]
    [InlineData(40_002, Backwards, "Moved", "Move", "migrate")] // the port says more than the direction
    public async Task Every_verb_but_destroy_can_be_said_by_a_plain_packet(int? port, string mac, string reason, string action, string effects)
    {
        await using var rehearsal = await RunningAsync(Both);
        rehearsal.Ask(Heard(port, mac));
        await rehearsal.PlayAsync();
        var status = rehearsal.StatusOf("kubewol-system/heard");

        Assert.Equal((reason, action), ($"{status.Reason}", $"{status.Action}"));
        Assert.Equal(effects, string.Join(", ", rehearsal.KubeVirt.Effects));
    }

    [Fact]
    public async Task An_address_that_somebody_has_forwards_means_that_machine_and_not_the_one_it_is_the_reverse_of()
    {
        await using var rehearsal = await RunningAsync(Both);
        rehearsal.KubeVirt.Create("team-b/other", "Halted", mac: Backwards);
        rehearsal.Show();
        rehearsal.Ask(Heard(9, Backwards));
        await rehearsal.PlayAsync();
        var status = rehearsal.StatusOf("kubewol-system/heard");

        Assert.Equal((WakeAction.Wake, WakeReason.Started, "other"), (status.Action, status.Reason, status.VirtualMachine!.Name));
        Assert.Equal("Running", rehearsal.KubeVirt["team-a/web-01"].Vm!.Status.PrintableStatus);
    }

    [Fact]
    public async Task Backwards_means_nothing_where_it_is_not_switched_on_and_nothing_in_a_request_written_by_hand()
    {
        await using var off = await RunningAsync(Ports);
        off.Ask(Heard(9, Backwards));
        await off.PlayAsync();
        Assert.Equal(WakeReason.UnknownTarget, off.StatusOf("kubewol-system/heard").Reason);

        await using var on = await RunningAsync(Both);
        on.Ask(Some.Request(mac: Backwards));
        await on.PlayAsync();
        Assert.Equal(WakeReason.UnknownTarget, on.StatusOf("team-a/wake").Reason);
    }

    [Fact]
    public async Task A_machine_without_a_fixed_address_that_sleeps_by_the_reverse_of_it_is_still_asleep_for_the_same_request_when_the_address_is_gone()
    {
        await using var rehearsal = await Rehearsal.StartAsync(Both with { DefaultSleepMode = SleepMode.Stop });
        rehearsal.KubeVirt.Create("team-a/web-01", "Always", mac: null);
        await rehearsal.PassAsync(10, isAtWork: false);
        var live = Protocol.MacAddress.Parse(rehearsal.World.Instances.Find(new("team-a", "web-01"))!.Status!.Interfaces![0].Mac!, null);
        rehearsal.Ask(Heard(9, live.Reversed.ToString()));
        await rehearsal.PassAsync(1);
        rehearsal.Ask(Some.Request("team-a/wake", name: "web-01"));
        await rehearsal.PlayAsync();

        Assert.Equal(
            (WakeAction.Sleep, WakeReason.Stopped, WakeReason.Started),
            (rehearsal.StatusOf("kubewol-system/heard").Action, rehearsal.StatusOf("kubewol-system/heard").Reason, rehearsal.StatusOf("team-a/wake").Reason));
    }

    [Fact]
    public async Task A_frame_for_the_reverse_of_an_address_does_not_disturb_its_machine_where_that_means_nothing()
    {
        await using var world = await OperatorWorld.WithAsync(Ports, Some.Asking(WakeAction.Sleep), Some.Vm(strategy: "Always", status: "Running"));
        world.See(Heard(9, Backwards)); // earlier; agents know an address in both directions

        await world.PassAsync();

        Assert.Equal(["pause"], world.SubresourceCalls);
    }

    [Theory]
    [InlineData(null, null, null, "Pause", null)]
    [InlineData("Stop", 30, null, "Stop", 30)]
    [InlineData("Stop", null, true, "Stop", 0)]
    [InlineData("Stop", null, false, "Stop", null)]
    [InlineData(null, null, true, "Pause", 0)] // the period is for Stop; a pause takes none
    public void How_to_sleep_is_taken_from_the_request_and_else_from_the_configuration(string? mode, int? grace, bool? force, string sleep, int? seconds)
    {
        var request = Some.Asking(WakeAction.Sleep, sleep: new() { Mode = mode is null ? null : Enum.Parse<SleepMode>(mode), GracePeriodSeconds = grace, Force = force });

        var intent = Intent.Of(request, Judgement.Direct(WakeAction.Sleep), new Dictionary<string, string>(), Some.Options);

        Assert.Equal((sleep, seconds, seconds == 0), ($"{intent.Sleep}", intent.GracePeriodSeconds, intent.Force));
    }

    private static WakeRequest Heard(int? port, string mac = Some.Mac)
    {
        var heard = Some.Heard(mac);
        return heard with { Spec = heard.Spec with { Frame = heard.Spec.Frame! with { DestinationPort = port } } };
    }

    private static async Task<Rehearsal> RunningAsync(OperatorOptions options)
    {
        var rehearsal = await Rehearsal.StartAsync(options);
        rehearsal.KubeVirt.Create("team-a/web-01", "Always");
        await rehearsal.PassAsync(10, isAtWork: false);
        return rehearsal;
    }
}
