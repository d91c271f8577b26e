using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>Does what a transcript's lines say was done, and expects what they say was seen.</summary>
internal sealed partial class TranscriptReplay(ITranscriptBed bed)
{
    private readonly Dictionary<string, VirtualMachineInstance> _remembered = [];
    private string? _denied;

    /// <summary>Whether a transcript waits by the clock; such a one is replayed against the rules alone.</summary>
    public static bool IsTimed(string transcript) => TestData.Lines(transcript).Any(l => l.StartsWith("> after", StringComparison.Ordinal));

    public async Task RunAsync(string transcript)
    {
        var section = "";
        foreach (var line in TestData.Lines(transcript))
        {
            if (line.StartsWith("===", StringComparison.Ordinal)) section = line;
            if (line.StartsWith("===", StringComparison.Ordinal) || line.StartsWith("--", StringComparison.Ordinal)) continue;
            try
            {
                await StepAsync(line);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new InvalidOperationException($"{transcript}, {section}, {line}: {e.Message}", e);
            }
        }

        Assert.Null(_denied);
    }

    private async Task StepAsync(string line)
    {
        if (line.StartsWith("> ", StringComparison.Ordinal))
        {
            await DoAsync(line[2..].Split(' '));
        }
        else if (line.StartsWith("denied: ", StringComparison.Ordinal))
        {
            Assert.Equal(line["denied: ".Length..], await WithoutUidsAsync(_denied ?? "was let through"));
            _denied = null;
        }
        else if (Put().Match(line) is { Success: true } put)
        {
            var answer = await bed.PutAsync(put.Groups[1].Value, put.Groups[2].Value, put.Groups[3].Value, put.Groups[4].Value.Trim());
            Assert.Equal(put.Groups[5].Value, await WithoutUidsAsync(answer));
        }
        else
        {
            await bed.ExpectAsync(line, () => ObserveAsync(line));
        }
    }

    private async Task DoAsync(string[] words)
    {
        switch (words)
        {
            case ["create", "vm", var name, .. var settings]:
                await bed.CreateAsync(TestMachines.Vm(name, settings));
                break;
            case ["create", "vmi", var name, .. var settings]:
                await bed.CreateAsync(TestMachines.Vmi(name, settings));
                break;
            case ["migrate", var name, var vmi, .. var selector]:
                Assert.Null(_denied);
                _denied = await bed.CreateMigrationAsync(TestMachines.Migration(name, vmi, selector));
                break;
            case ["delete", var kind, var name]:
                await bed.DeleteAsync(kind, name);
                break;
            case ["annotate", var kind, var name, .. var settings]:
                await bed.PatchAsync(kind, name, new() { ["metadata"] = new JsonObject { ["annotations"] = TestMachines.Annotations(settings) } });
                break;
            case ["power", "off", var name]:
                await DoAsync(["annotate", "vmi", name, "guest=powers-off"]);
                break;
            case ["patch", var name, var setting]:
                await bed.PatchAsync("vm", name, new() { ["spec"] = new JsonObject { [setting.Split('=')[0]] = setting.Split('=')[1] } });
                break;
            case ["remember", var name]:
                _remembered[name] = await bed.VmiAsync(name) ?? throw new InvalidOperationException("nothing to remember");
                break;
            case ["after", var seconds]:
                await bed.PassAsync(TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)));
                break;
            default:
                throw new InvalidOperationException("no such action");
        }
    }

    /// <summary>What is seen now, worded as <paramref name="line"/> words it.</summary>
    private async Task<string> ObserveAsync(string line)
    {
        switch (line.Split(' '))
        {
            case ["get", var name, ..]:
                return await bed.VmAsync(name) is { } vm ? $"get {name} {vm.Status.PrintableStatus} {vm.Status.Conditions.Get(Condition.Ready)?.Status}" : $"get {name}: no such VM";
            case ["vm", var name, "gone"]:
                return await bed.VmAsync(name) is null ? line : $"vm {name} is there";
            case ["vmi", var name, ..]:
                return await bed.VmiAsync(name) is { } instance ? DescribeVmi(line, instance) : $"vmi {name} gone";
            case ["vmims", "of", var name, ..]:
                return $"vmims of {name} {string.Join(' ', (await bed.MigrationsOfAsync(name.TrimEnd(':'))).Select(m => m.Phase))}";
            case ["vmim", var name, ..]:
                return await bed.MigrationAsync(name.TrimEnd(':')) is { } migration ? await DescribeMigrationAsync(line, migration) : $"vmim {name.TrimEnd(':')} gone";
            case [var name, "new" or "same", var what]:
                return await CompareAsync(line, name, what);
            case [var name, "no", "MAC", ..]:
                return Macs((await bed.VmAsync(name))!).Concat(Macs((await bed.VmiAsync(name))!)).Any(mac => mac is not null) ? $"{name} a MAC in a spec" : line;
            case [var name, "Failure=True:FailedCreate", ..]:
                var failure = (await bed.VmAsync(name))!.Status.Conditions.Get(Condition.Failure);
                return $"{name} Failure={failure?.Status}:{failure?.Reason} {failure?.Message}";
            case [['[', ..], ..]:
                var known = JsonNode.Parse(line)!.AsArray();
                return await bed.VmiAsync((string)known[0]!) is { } vmi
                    ? Json([vmi.Metadata.Name, vmi.Phase, vmi.Status.NodeName, Others(vmi), vmi.Status.Interfaces?[0].Mac])
                    : "no VMI";
            case [var name, ['{', ..], ..]:
                return $"{name} {DescribeMigrationState((await bed.VmiAsync(name))!.Status.MigrationState!)}";
            case [var name, ..]:
                return DescribeVm(line, name, (await bed.VmAsync(name))!, await bed.VmiAsync(name));
            default:
                throw new InvalidOperationException("no such observation");
        }
    }

    private static string DescribeVm(string line, string name, VirtualMachine vm, VirtualMachineInstance? vmi)
    {
        JsonNode? strategy = vm.Spec.Running is { } running ? running : vm.Spec.RunStrategy;
        var requests = vm.Status.StateChangeRequests?.Select(r => r.Action) ?? [];
        if (line.Contains("scr=", StringComparison.Ordinal))
        {
            return $"{name} {Json([strategy, vm.Status.RunStrategy, vm.Status.PrintableStatus, $"scr={string.Join(',', requests)}"])}  VMI: {vmi?.Phase ?? "none"}";
        }

        JsonNode? pending = requests.Any() ? new JsonArray([.. requests.Select(r => (JsonNode)r)]) : null;
        return $"{name} {Json([strategy, vm.Status.PrintableStatus, pending])}";
    }

    private static string DescribeVmi(string line, VirtualMachineInstance vmi)
    {
        var node = line.Contains(" any ", StringComparison.Ordinal) && vmi.Status.NodeName is not null ? "any" : vmi.Status.NodeName;
        return $"vmi {vmi.Metadata.Name} {vmi.Phase} {node} {vmi.Status.Conditions.Get(Condition.Ready)?.Status} {Others(vmi)}".TrimEnd();
    }

    private async Task<string> DescribeMigrationAsync(string line, Migration migration)
    {
        var phase = $"vmim {migration.Metadata.Name}: {migration.Phase}";
        if (!line.Contains("failureReason", StringComparison.Ordinal)) return phase;
        return $"{phase} failureReason={(await bed.VmiAsync(migration.Spec.VmiName!))?.Status.MigrationState?.FailureReason}";
    }

    private static string DescribeMigrationState(MigrationState state) => JsonSerializer.Serialize(
        new { failed = state.Failed, completed = state.Completed, abortRequested = state.AbortRequested, abortStatus = state.AbortStatus, failureReason = state.FailureReason });

    private async Task<string> CompareAsync(string line, string name, string what)
    {
        var before = _remembered[name];
        var same = await bed.VmiAsync(name) is { } now
            && (what == "VMI" ? now.Metadata.Uid == before.Metadata.Uid : now.Status.Interfaces?[0].Mac == before.Status.Interfaces?[0].Mac);
        var gone = await bed.VmiAsync(name) is null;
        return gone ? "no VMI" : $"{name} {(same ? "same" : "new")} {what}";
    }

    /// <summary>The conditions but Ready, as <c>Type=Status:Reason</c>.</summary>
    private static string Others(VirtualMachineInstance vmi) =>
        string.Join(' ', vmi.Status.Conditions?.Where(c => c.Type != Condition.Ready).Select(c => $"{c.Type}={c.Status}:{c.Reason}") ?? []);

    private static IEnumerable<string?> Macs(VirtualMachine vm) =>
        VmiNetworks.Of(vm.Spec.Template!.Value.GetProperty("spec").Deserialize(KubeVirtJson.Default.VirtualMachineInstanceSpec)!).Select(nic => nic.MacAddress);

    private static IEnumerable<string?> Macs(VirtualMachineInstance vmi) => VmiNetworks.Of(vmi.Spec).Select(nic => nic.MacAddress);

    private static string Json(JsonNode?[] values) => new JsonArray(values).ToJsonString();

    /// <summary>A uid differs from run to run; what counts is whose it is.</summary>
    private async Task<string> WithoutUidsAsync(string text)
    {
        var uid = ActiveMigration().Match(text);
        if (!uid.Success) return text;
        var same = await bed.MigrationAsync("t-same");
        return text.Replace(uid.Groups[1].Value, uid.Groups[1].Value == same?.Metadata.Uid ? "UID of t-same" : "another UID", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^PUT (vmi?)/(\S+?)/(\S+) ?(.*?)\s*-> (.*)$")]
    private static partial Regex Put();

    [GeneratedRegex(@"Active migration job \((.*?)\)")]
    private static partial Regex ActiveMigration();
}
