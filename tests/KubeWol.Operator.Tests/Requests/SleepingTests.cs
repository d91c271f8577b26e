using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Tests.World;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>How machines are put to sleep, and guests that will not.</summary>
public sealed class SleepingTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Machine = "team-a/web-01";

    private static readonly string[] PauseOfARunningMachine =
    [
        "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachineinstances/web-01/pause",
        "PATCH /apis/kubewol.io/v1alpha1/namespaces/team-a/wakerequests/ask/status",
        "PATCH /apis/kubewol.io/v1alpha1/namespaces/team-a/wakerequests/ask/status",
    ];

    [Theory]
    [InlineData(null, "{}")]
    [InlineData(1, "{\"gracePeriod\":1}")]
    [InlineData(86_400, "{\"gracePeriod\":86400}")]
    public async Task The_guest_has_as_long_as_the_request_says_or_as_the_machine_says(int? seconds, string body)
    {
        await using var world = await OperatorWorld.WithAsync(
            Some.Asking(WakeAction.Sleep, sleep: new() { Mode = SleepMode.Stop, GracePeriodSeconds = seconds }), Some.Vm(strategy: "Manual", status: "Running"));

        await world.PassAsync();

        Assert.Equal(body, world.Api.Calls[0].Body);
        Assert.Equal("PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01/stop", $"{world.Api.Calls[0]}");
    }

    [Fact]
    public async Task Force_does_not_ask_the_guest_at_all()
    {
        await using var world = await OperatorWorld.WithAsync(
            Some.Asking(WakeAction.Sleep, sleep: new() { Mode = SleepMode.Stop, Force = true }), Some.Vm(strategy: "Manual", status: "Running"));

        await world.PassAsync();

        Assert.Equal("{\"gracePeriod\":0}", world.Api.Calls[0].Body);
    }

    [Fact]
    public async Task A_pause_takes_three_calls_and_says_where_the_machine_sleeps()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Sleep), Some.Vm(strategy: "Always", status: "Running"));
        world.See(Some.Vmi());

        await world.PassAsync();
        Assert.Equal((WakePhase.Running, WakeReason.WaitingForPause), (world.Status.Phase, world.Status.Reason));
        world.See(Some.Vm(strategy: "Always", status: "Paused"));
        await world.PassAfterAsync(0.3);

        Assert.Equal(PauseOfARunningMachine, world.Calls);
        Assert.Equal(
            (WakePhase.Succeeded, WakeReason.Paused, WakeOperation.Pause, WakeAction.Sleep),
            (world.Status.Phase, world.Status.Reason, world.Status.Operation, world.Status.Action));
        Assert.Equal(new() { Before = "Running", NodeBefore = "node-b", After = "Paused", NodeAfter = "node-b", Generation = 0 }, world.Status.Observed);
    }

    [Theory]
    [InlineData(SleepMode.Pause, null, "pause")]
    [InlineData(SleepMode.Stop, null, "stop")]
    [InlineData(SleepMode.Stop, SleepMode.Pause, "pause")]
    [InlineData(SleepMode.Pause, SleepMode.Stop, "stop")]
    public async Task How_deep_is_for_the_request_to_say_and_else_for_the_configuration(SleepMode configured, SleepMode? asked, string verb)
    {
        await using var world = await OperatorWorld.WithAsync(
            Some.Options with { DefaultSleepMode = configured }, Some.Asking(WakeAction.Sleep, sleep: asked is null ? null : new() { Mode = asked }),
            Some.Vm(strategy: "Manual", status: "Running"));

        await world.PassAsync();

        Assert.Equal([verb], world.SubresourceCalls);
    }

    [Fact]
    public async Task A_guest_that_must_not_be_paused_is_refused_in_KubeVirts_words()
    {
        await using var rehearsal = await RunningAsync("""{"livenessProbe":{"httpGet":{"port":80}},"domain":{"devices":{}}}""");
        rehearsal.Ask(Some.Asking(WakeAction.Sleep, name: "web-01"));
        await rehearsal.PlayAsync();

        Assert.Equal(WakeReason.Refused, rehearsal.StatusOf().Reason);
        Assert.Equal(
            "KubeVirt refuses to pause team-a/web-01; it says: virtualmachineinstance.kubevirt.io \"web-01\" is forbidden: Pausing VMIs with a non-GuestAgentPing LivenessProbe is not supported",
            rehearsal.StatusOf().Message);
    }

    [Fact]
    public async Task A_right_that_KubeWol_lacks_is_named()
    {
        const string Words = "virtualmachineinstances.subresources.kubevirt.io \"web-01\" is forbidden: User \"system:serviceaccount:kubewol-system:operator\" cannot update resource \"virtualmachineinstances/pause\"";
        await using var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Sleep), Some.Vm(strategy: "Always", status: "Running"));
        world.KubeVirtSays.Enqueue(Answer.Refuse(403, "Forbidden", Words));
        world.KubeVirtSays.Enqueue(Answer.Refuse(403, "Forbidden", Words));

        await world.PassAsync();
        await world.PassAfterAsync(5);

        Assert.Equal(
            (WakePhase.Failed, WakeReason.Forbidden, $"KubeWol is not allowed to pause team-a/web-01; the API server says: {Words}"),
            (world.Status.Phase, world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task A_guest_that_ignores_the_request_to_shut_down_is_left_alone_until_somebody_asks_for_force()
    {
        await using var rehearsal = await RunningAsync("""{"terminationGracePeriodSeconds":3600,"domain":{"devices":{}}}""", (StandInAnnotations.Guest, "ignores-acpi"));
        var asked = Some.Asking(WakeAction.Sleep, name: "web-01", sleep: new() { Mode = SleepMode.Stop });
        rehearsal.Ask(asked with { Spec = asked.Spec with { DeadlineSeconds = 60 } });
        await rehearsal.PlayAsync();

        Assert.Equal(
            (WakeReason.DeadlineExceeded, "team-a/web-01 has not shut down within 60 s. KubeVirt switches it off when its grace period ends; a Sleep with force does not wait for the guest"),
            (rehearsal.StatusOf().Reason, rehearsal.StatusOf().Message));
        Assert.Equal("Stopping", rehearsal.KubeVirt[Machine].Vm!.Status.PrintableStatus);
        Assert.Equal(["stop"], rehearsal.KubeVirt.Effects);

        rehearsal.Ask(Some.Asking(WakeAction.Sleep, "team-a/force", name: "web-01", sleep: new() { Mode = SleepMode.Stop, Force = true }));
        await rehearsal.PlayAsync();

        Assert.Equal((WakeReason.Stopped, "team-a/web-01 was Stopping; it was switched off"), (rehearsal.StatusOf("team-a/force").Reason, rehearsal.StatusOf("team-a/force").Message));
        Assert.Equal(["stop", "stop {\"gracePeriod\":0}"], rehearsal.KubeVirt.Effects);
    }

    [Fact]
    public async Task A_guest_that_ignores_it_is_switched_off_by_KubeVirt_when_the_grace_period_asked_for_is_over()
    {
        await using var rehearsal = await RunningAsync("""{"terminationGracePeriodSeconds":3600,"domain":{"devices":{}}}""", (StandInAnnotations.Guest, "ignores-acpi"));
        rehearsal.Ask(Some.Asking(WakeAction.Sleep, name: "web-01", sleep: new() { Mode = SleepMode.Stop, GracePeriodSeconds = 20 }));
        await rehearsal.PlayAsync();

        Assert.Equal(WakeReason.Stopped, rehearsal.StatusOf().Reason);
        Assert.Equal(["stop {\"gracePeriod\":20}"], rehearsal.KubeVirt.Effects);
    }

    [Fact]
    public async Task A_machine_known_by_its_live_address_alone_is_followed_until_it_is_off()
    {
        await using var rehearsal = await RunningAsync("""{"domain":{"devices":{"interfaces":[{"name":"default","masquerade":{}}]}},"networks":[{"name":"default","pod":{}}]}""");
        var asked = Some.Asking(WakeAction.Sleep, sleep: new() { Mode = SleepMode.Stop });
        rehearsal.Ask(asked with { Spec = asked.Spec with { Target = new() { MacAddress = LiveAddress(rehearsal) } } });
        await rehearsal.PlayAsync();

        Assert.Equal((WakeReason.Stopped, "Stopped"), (rehearsal.StatusOf().Reason, rehearsal.StatusOf().Observed!.After));
    }

    [Theory]
    [InlineData(WakeAction.Wake, WakeReason.Started)]
    [InlineData(WakeAction.Sleep, WakeReason.AlreadyInactive)]
    public async Task A_machine_that_loses_its_address_while_it_is_waited_for_is_still_the_one_that_is_meant(WakeAction action, WakeReason reason)
    {
        await using var rehearsal = await RunningAsync("""{"domain":{"devices":{"interfaces":[{"name":"default","masquerade":{}}]}},"networks":[{"name":"default","pod":{}}]}""");
        var address = LiveAddress(rehearsal);
        rehearsal.KubeVirt.Do(Machine, "stop");
        await rehearsal.PassAsync(1, isAtWork: false);
        var asked = Some.Asking(action);
        rehearsal.Ask(asked with { Spec = asked.Spec with { Target = new() { MacAddress = address } } });
        await rehearsal.PlayAsync();

        Assert.Equal(reason, rehearsal.StatusOf().Reason);
    }

    private static string LiveAddress(Rehearsal rehearsal) => rehearsal.World.Instances.Find(new("team-a", "web-01"))!.Status!.Interfaces![0].Mac!;

    private async Task<Rehearsal> RunningAsync(string instance, params (string, string)[] annotations)
    {
        var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(new("team-a", "web-01"), "Manual", System.Text.Json.Nodes.JsonNode.Parse(instance)!.AsObject(), annotations);
        rehearsal.KubeVirt.Do(Machine, "start");
        await rehearsal.PassAsync(10, isAtWork: false);
        rehearsal.KubeVirt.Effects.Clear();
        return rehearsal;
    }
}
