using System.Text;
using System.Text.Json;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.Tests.KubeVirt;

public sealed class VirtApiTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<VirtApiCell> Cells => new(VirtApiTable.Cells);

    [Theory]
    [MemberData(nameof(Cells), DisableDiscoveryEnumeration = true)]
    public void Every_verb_answers_as_the_genuine_one_in_every_state(VirtApiCell cell)
    {
        var before = MachineIn(cell.Row, cell.Instance);
        var options = VerbOptions.Parse(Encoding.UTF8.GetBytes(cell.Body));
        var judgement = cell.Verb switch
        {
            "start" => VirtApi.Start(before, options),
            "stop" => VirtApi.Stop(before, options),
            "restart" => VirtApi.Restart(before, options),
            "migrate" => VirtApi.Migrate(before, options),
            "pause" => VirtApi.Pause(before, options, Now),
            "unpause" => VirtApi.Unpause(before, options, Now),
            "softreboot" => VirtApi.SoftReboot(before),
            _ => throw new InvalidOperationException(cell.Verb),
        };
        Assert.Equal(cell.Expected, $"{Describe(judgement.Answer)} => {Effect(before, judgement.After)}");
    }

    [Fact]
    public void The_table_has_all_its_cells() => Assert.Equal(371, VirtApiTable.Cells.Count);

    [Fact]
    public void Refusals_are_worded_as_the_genuine_ones_are()
    {
        Assert.Equal("Operation cannot be fulfilled on virtualmachine.kubevirt.io \"m-halted\": VM is not running", Answer.Conflict(Answer.Vm, "m-halted", "VM is not running").Message);
        Assert.Equal("virtualmachineinstance.kubevirt.io \"m-halted\" not found", Answer.NotFound(Answer.Vmi, "m-halted").Message);
        Assert.Equal("Internal error occurred: the server rejected our request due to an error in our request", Answer.InternalError("the server rejected our request due to an error in our request").Message);
        Assert.Equal("virtualmachineinstance.kubevirt.io \"a\" is forbidden: no", Answer.Forbidden(Answer.Vmi, "a", "no").Message);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("{}", false)]
    [InlineData("null", false)]
    [InlineData("""{"dryRun":["All"]}""", true)]
    [InlineData("""{"dryRun":[]}""", false)]
    public void A_dry_run_is_one_that_says_All(string body, bool dryRun) => Assert.Equal(dryRun, VerbOptions.Parse(Encoding.UTF8.GetBytes(body)).IsDryRun);

    private static Machine MachineIn(string row, string instance)
    {
        var details = row.Split(", ");
        var vmi = Instance(instance);
        if (vmi is not null && details.Contains("http probe")) vmi = WithProbe(vmi, """{"httpGet":{"port":80}}""");
        if (vmi is not null && details.Contains("ping probe")) vmi = WithProbe(vmi, """{"guestAgentPing":{}}""");
        var vm = details[0] switch
        {
            "no VM" => null,
            "running: true" => new VirtualMachine { Spec = new() { Running = true } },
            "running: false" => new VirtualMachine { Spec = new() { Running = false } },
            var strategy => new VirtualMachine { Spec = new() { RunStrategy = strategy } },
        };
        if (vm is not null && details.Contains("pending Start")) vm = vm with { Status = new() { StateChangeRequests = [new("Start")] } };
        if (vm is not null && details.Contains("pending Stop")) vm = vm with { Status = new() { StateChangeRequests = [new("Stop", "uid")] } };
        return new("default", "vm") { Vm = vm, Vmi = vmi };
    }

    private static VirtualMachineInstance? Instance(string state)
    {
        if (state == "none") return null;
        var phase = state switch { "unset" => "", "Paused" or "Migrating" or "Stopping" => "Running", _ => state };
        var vmi = new VirtualMachineInstance { Metadata = new() { Uid = "uid" }, Spec = new() { TerminationGracePeriodSeconds = 30 }, Status = new() { Phase = phase } };
        return state switch
        {
            "Paused" => VmiConditions.Paused(vmi, Now),
            "Migrating" => vmi with { Status = vmi.Status with { MigrationState = new() { StartTimestamp = Now } } },
            "Stopping" => vmi with { Metadata = vmi.Metadata with { DeletionTimestamp = Now } },
            _ => vmi,
        };
    }

    private static VirtualMachineInstance WithProbe(VirtualMachineInstance vmi, string json) => vmi with { Spec = vmi.Spec with { LivenessProbe = JsonElement.Parse(json) } };

    /// <summary>The answer in the words of virt-api.txt, having checked that it has the shape of its kind.</summary>
    private static string Describe(Answer answer)
    {
        var about = answer.Resource switch { Answer.Vm => " vm", Answer.Vmi => " vmi", _ => "" };
        var (reason, frame) = answer.Code switch
        {
            200 or 202 => ("", ""),
            400 => ("BadRequest", "Can not unmarshal Request body to struct, error: "),
            403 => ("Forbidden", $"{answer.Resource}.kubevirt.io \"vm\" is forbidden: "),
            404 => ("NotFound", $"{answer.Resource}.kubevirt.io \"vm\" not found"),
            409 => ("Conflict", $"Operation cannot be fulfilled on {answer.Resource}.kubevirt.io \"vm\": "),
            500 => ("InternalError", "Internal error occurred: "),
            _ => throw new InvalidOperationException(answer.Message),
        };
        Assert.Equal(reason, answer.Reason);
        Assert.StartsWith(frame, answer.Message, StringComparison.Ordinal);
        var text = answer.Code == 400 ? "" : answer.Message[frame.Length..];
        return text.Length == 0 ? $"{answer.Code}{about}" : $"{answer.Code}{about}: {text}";
    }

    /// <summary>What the verb changed, in the words of virt-api.txt.</summary>
    private static string Effect(Machine before, Machine after)
    {
        var effects = new List<string>();
        if (before.Vm?.RunStrategy != after.Vm?.RunStrategy) effects.Add(after.Vm!.RunStrategy);
        Assert.Equal(before.Vm?.Spec.Running is null, after.Vm?.Spec.Running is null);
        if (!ReferenceEquals(before.Vm?.Status.StateChangeRequests, after.Vm?.Status.StateChangeRequests))
        {
            effects.Add("ask " + string.Join(' ', after.Vm!.Status.StateChangeRequests!.Select(r => r.IsStartPaused ? "StartPaused" : r.Action)));
            Assert.All(after.Vm.Status.StateChangeRequests!, r => Assert.Equal(r.Action == "Stop" ? "uid" : null, r.Uid));
        }

        if (before.Vmi?.Spec.TerminationGracePeriodSeconds != after.Vmi?.Spec.TerminationGracePeriodSeconds) effects.Add($"grace {after.Vmi!.Spec.TerminationGracePeriodSeconds}");
        if (before.Vmi?.IsPaused != after.Vmi?.IsPaused) effects.Add(after.Vmi!.IsPaused ? "paused" : "unpaused");
        if (after.Migrations.Count > before.Migrations.Count) effects.Add("vmim");
        return effects.Count == 0 ? "-" : string.Join(", ", effects);
    }
}
