using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Tests.World;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>One machine in one state, and one request for it.</summary>
/// <param name="Strategy">The machine's run strategy; <c>running:true</c> and <c>running:false</c> are its older form.</param>
/// <param name="State">What it is doing when the request is made.</param>
/// <param name="Request">What is asked for: wake, pause, stop, force, move, destroy; a move may name a node.</param>
public sealed record Scenario(string Strategy, string State, string Request)
{
    public const string Machine = "team-a/web-01";

    /// <summary>What became of it: how the request ended, what was done, and how the machine is then.</summary>
    internal async Task<Outcome> PlayAsync(FakeApi api, Fault fault = Fault.None, int at = 0, double lag = 0)
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: api);
        await PrepareAsync(rehearsal);
        rehearsal.Show();
        rehearsal.KubeVirt.Effects.Clear();
        rehearsal.Disturbance = (fault, at);
        rehearsal.Lag = TimeSpan.FromSeconds(lag);
        rehearsal.Ask(Asked());
        await rehearsal.PlayAsync();
        rehearsal.Disturbance = default;
        rehearsal.Lag = default;
        await rehearsal.PassAsync(60, isAtWork: false); // whatever is still on its way
        var (machine, status) = (rehearsal.KubeVirt[Machine], rehearsal.StatusOf());
        return new(
            $"{status.Reason}", string.Join(", ", rehearsal.KubeVirt.Effects),
            machine.Vm is null ? "gone" : machine.Vm.Spec.Running is { } running ? $"running:{running.ToString().ToLowerInvariant()}" : machine.Vm.RunStrategy,
            machine.Vm?.Status.PrintableStatus ?? "gone", machine.Vmi?.Status.NodeName ?? "-", rehearsal.Calls, status);
    }

    private WakeRequest Asked() => Request.Split(' ') switch
    {
        ["wake"] => Some.Asking(WakeAction.Wake),
        ["pause"] => Some.Asking(WakeAction.Sleep, sleep: new() { Mode = SleepMode.Pause }),
        ["stop"] => Some.Asking(WakeAction.Sleep, sleep: new() { Mode = SleepMode.Stop }),
        ["force"] => Some.Asking(WakeAction.Sleep, sleep: new() { Mode = SleepMode.Stop, Force = true }),
        ["move"] => Some.Asking(WakeAction.Move),
        ["move", var node] => Some.Asking(WakeAction.Move, move: new() { NodeName = node }),
        ["destroy"] => Some.Asking(WakeAction.Destroy),
        _ => throw new FormatException(Request),
    };

    /// <summary>Brings the machine into its state, without the operator.</summary>
    private async Task PrepareAsync(Rehearsal rehearsal)
    {
        var kubeVirt = rehearsal.KubeVirt;
        (string, string)[] annotations = State switch
        {
            "crash-looping" => [(StandInAnnotations.Guest, "crash-loops")],
            "unschedulable" => [(StandInAnnotations.Unschedulable, "true")],
            "finished" => [(StandInAnnotations.Guest, "powers-off")],
            _ => [],
        };
        kubeVirt.Create(Machine, Strategy, annotations: annotations);
        await rehearsal.PassAsync(1, isAtWork: false);
        if (State == "stopped")
        {
            if (kubeVirt[Machine].Vmi is not null) kubeVirt.Do(Machine, "stop"); // RerunOnFailure begins with a run
            await rehearsal.PassAsync(20, isAtWork: false);
            return;
        }

        if (kubeVirt[Machine].Vmi is null && Strategy != "WaitAsReceiver") kubeVirt.Do(Machine, "start");
        if (State == "starting") return;
        await rehearsal.PassAsync(20, isAtWork: false);
        if (State == "paused") kubeVirt.Do(Machine, "pause");
        if (State == "stopping") kubeVirt.Do(Machine, "stop");
        if (State == "terminating") kubeVirt.DeleteVm(Machine);
        if (State == "migrating") kubeVirt.Migrate(Machine);
        await rehearsal.PassAsync(State == "migrating" ? 3 : 1, isAtWork: false);
    }
}

/// <summary>What became of a scenario.</summary>
internal sealed record Outcome(string Reason, string Effects, string Strategy, string Shows, string Node, int Calls, WakeRequestStatus Status);
