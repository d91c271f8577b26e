using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.KubeVirt.Admission;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.Tests.KubeVirt;

public sealed class AdmissionTests
{
    public static TheoryData<DataBlock> Cases => new(DataBlocks.Read("admission.txt"));

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Webhooks_say_what_the_genuine_ones_say(DataBlock @case)
    {
        var before = Subject(@case.Kind);
        var after = MergePatch.Apply((JsonObject)before.DeepClone(), JsonNode.Parse(@case.Patch)!.AsObject());
        var verdict = @case.Kind switch
        {
            "VM" => VmAdmission.Judge(after, decentralizedLiveMigration: false),
            "VMI update" => VmiAdmission.JudgeUpdate(after, before),
            "VMIM" => MigrationAdmission.JudgeCreate(after.Deserialize(KubeVirtJson.Default.Migration)!, new() { Status = new() { Phase = "Running" } }, []),
            "VMIM update" => MigrationAdmission.JudgeUpdate(after, before),
            _ => throw new InvalidOperationException(@case.Kind),
        };
        Assert.Equal(@case.Expected, AsKubectlShows(verdict));
    }

    [Fact]
    public void A_machine_may_wait_as_receiver_where_the_feature_gate_is_on()
    {
        var vm = TestMachines.Vm("vm", "runStrategy=WaitAsReceiver");
        Assert.True(VmAdmission.Judge(vm, decentralizedLiveMigration: true).IsAllowed);
    }

    [Fact]
    public void A_guest_that_has_ended_is_not_migrated()
    {
        var migration = TestMachines.Migration("m", "vm").Deserialize(KubeVirtJson.Default.Migration)!;
        var verdict = MigrationAdmission.JudgeCreate(migration, new VirtualMachineInstance { Status = new() { Phase = "Succeeded" } }, []);
        Assert.Equal("Cannot migrate VMI in finalized state.", verdict.Message);
        Assert.Equal((400, ""), (verdict.Code, verdict.Reason));
    }

    [Theory]
    [InlineData("02:00:00:00:00:01", 6)]
    [InlineData("02-AA-bb-00-00-01", 6)]
    [InlineData("0200.0000.0001", 6)]
    [InlineData("02:00:00:00:00:01:02:03", 8)]
    [InlineData("02:00:00:00:00", null)]
    [InlineData("02:00-00:00:00:01", null)]
    [InlineData("020000000001", null)]
    [InlineData("2:0:0:0:0:1", null)]
    [InlineData("02:00:00:00:00:0g", null)]
    public void Addresses_are_read_as_Go_reads_them(string text, int? octets) => Assert.Equal(octets, MacText.Parse(text)?.Length);

    private static JsonObject Subject(string kind) => kind switch
    {
        "VM" => TestMachines.Vm("adm", "runStrategy=Halted", "mac=02:00:00:00:00:01"),
        "VMI update" => TestMachines.Vmi("adm"),
        _ => TestMachines.Migration("adm", "adm"),
    };

    private static string AsKubectlShows(Verdict verdict)
    {
        var refusal = verdict.Causes switch
        {
            [] => "accepted",
            [var cause] => $"The request is invalid: {cause.Field}: {cause.Message}",
            var causes => "The request is invalid:\n" + string.Join('\n', causes.Select(c => $"* {c.Field}: {c.Message}")),
        };
        return string.Join('\n', [.. verdict.Warnings.Select(w => $"Warning: {w}"), refusal]);
    }
}
