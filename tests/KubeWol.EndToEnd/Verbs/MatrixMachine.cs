using System.Text.Json.Nodes;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd.Verbs;

/// <summary>The machine of one cell: brought into its state, asked about, checked, removed.</summary>
internal sealed class MatrixMachine(Bed bed, MatrixCell cell)
{
    private const string Finalizer = "e2e.kubewol.io/hold";
    private static readonly CancellationToken Unbounded = CancellationToken.None; // cells outlive the test that set them going; each wait has its end

    private readonly MachineManifest _machine = Manifest(bed, cell);
    private string? _nodeBefore;

    public MatrixCell Cell => cell;

    private ResourceKey Key => new(_machine.Namespace, _machine.Name);

    public async Task BringAboutAsync()
    {
        if (!cell.HasMachine) return;
        await bed.Cluster.ApplyAsync(_machine, Unbounded);
        switch (cell.State)
        {
            case "paused":
                await IsAsync("Running");
                await CallAsync("virtualmachineinstances", "pause");
                await IsAsync("Paused");
                break;
            case "stopping":
                await IsAsync("Running");
                await CallAsync("virtualmachines", "stop");
                await IsAsync("Stopping");
                break;
            case "migrating":
                await IsAsync("Running");
                _nodeBefore = await NodeAsync();
                await CallAsync("virtualmachines", "migrate");
                await IsAsync("Migrating");
                break;
            case "terminating":
                await IsAsync("Stopped");
                await bed.Cluster.Kubectl.OutputAsync(
                    ["patch", "vm", _machine.Name, "-n", _machine.Namespace, "--type=json", "-p", $$"""[{"op":"add","path":"/metadata/finalizers","value":["{{Finalizer}}"]}]"""], Unbounded);
                await bed.Cluster.Kubectl.OutputAsync(["delete", "vm", _machine.Name, "-n", _machine.Namespace, "--wait=false"], Unbounded);
                break;
            default:
                await IsAsync(cell.State switch
                {
                    "stopped" => "Stopped",
                    "starting" => "Starting",
                    "running" => "Running",
                    "crash-looping" => "CrashLoopBackOff",
                    "unschedulable" => "ErrorUnschedulable",
                    "waiting for volumes" => "WaitingForVolumeBinding",
                    _ => throw new InvalidOperationException(cell.State),
                });
                break;
        }

        _nodeBefore ??= await NodeAsync();
    }

    /// <summary>Sends the frame, or applies the request; returns the request's name, or null where the frame came to nothing as it should.</summary>
    public async Task<ResourceKey?> AskAsync()
    {
        if (!cell.Frame)
        {
            await bed.Cluster.Kubectl.ApplyAsync(await RequestAsync(), Unbounded);
            return new ResourceKey(_machine.Namespace, _machine.Name);
        }

        if (cell.Action == WakeAction.Destroy) bed.SendCommand(cell.Action, _machine.Mac!);
        else await bed.SendAsync(Bed.WirePorts.TryGetValue(cell.Action, out var port) ? ["wakeonlan", "-p", $"{port}", _machine.Mac!] : ["wakeonlan", _machine.Mac!]);
        if (cell.Outcome is null)
        {
            await bed.ComesToNothingAsync(_machine.Mac!);
            return null;
        }

        IReadOnlyList<WakeRequest> found = [];
        await Eventually.BecomesTrueAsync($"there is a request: {cell}", async () => (found = await bed.RequestsForAsync(_machine.Mac!)).Count == 1, Unbounded);
        return ResourceKey.Of(found[0]);
    }

    public Task WaitForReasonAsync(ResourceKey request, params WakeReason[] reasons) => Eventually.BecomesTrueAsync(
        $"the request says {string.Join(" or ", reasons)}: {cell}", async () => (await ReadAsync(request))?.Status?.Reason is { } reason && reasons.Contains(reason), Unbounded);

    public async Task<WakeRequest> WaitForEndAsync(ResourceKey request)
    {
        // What is held back is let go once the request has seen it.
        if (cell is { State: "terminating", Verb: "Destroy" })
        {
            await WaitForReasonAsync(request, WakeReason.WaitingForDeletion);
            await RemoveAsync();
        }

        WakeRequest? now = null;
        try
        {
            await Eventually.BecomesTrueAsync($"the request is finished: {cell}", async () => (now = await ReadAsync(request))?.IsFinished() == true, Unbounded);
        }
        catch (TestClusterException e)
        {
            throw new TestClusterException($"{e.Message} It says {now?.Status?.Reason}: {now?.Status?.Message}");
        }

        return now!;
    }

    /// <summary>Ends the trouble the guest has.</summary>
    public Task HealAsync() => bed.Cluster.Kubectl.OutputAsync(
        ["annotate", "vm", _machine.Name, "-n", _machine.Namespace, .. _machine.Annotations.Keys.Select(a => $"{a}-")], Unbounded);

    /// <summary>Looks whether the machine is what the request says it is.</summary>
    public async Task CheckAsync(WakeRequest ended)
    {
        var machine = await bed.Cluster.MachineAsync(ended.Status!.VirtualMachine is { Name: { } name } known ? new(known.Namespace, name) : Key, Unbounded);
        switch (ended.Status!.Reason)
        {
            case WakeReason.Instantiated:
                Assert.Equal(Bed.Template, machine!.Metadata.Labels!["kubewol.io/template"]);
                Assert.Equal([MacAddress.Parse(_machine.Mac!).ToString()], machine.Spec!.Template!.Spec!.Domain!.Devices!.Interfaces!.Select(i => i.MacAddress));
                Assert.Equal("Running", machine.Status!.PrintableStatus);
                break;
            case WakeReason.Started or WakeReason.Unpaused or WakeReason.AlreadyActive:
                Assert.Equal("Running", machine!.Status!.PrintableStatus);
                break;
            case WakeReason.Paused:
                Assert.Equal("Paused", machine!.Status!.PrintableStatus);
                break;
            case WakeReason.Stopped:
                Assert.Equal(cell.State == "waiting for volumes" ? "WaitingForVolumeBinding" : "Stopped", machine!.Status!.PrintableStatus); // shown whether it is on or off
                break;
            case WakeReason.Moved:
                Assert.NotEqual(ended.Status.Observed!.NodeBefore, cell.State is "paused" or "running" ? ended.Status.Observed.NodeAfter : "");
                Assert.Equal(ended.Status.Observed.NodeAfter, await NodeAsync());
                Assert.Equal(cell.State == "paused" ? "Paused" : "Running", machine!.Status!.PrintableStatus);
                break;
            case WakeReason.Destroyed or WakeReason.AlreadyGone:
                Assert.Null(machine);
                break;
        }
    }

    public async Task RemoveAsync()
    {
        if (cell.State == "terminating")
        {
            await bed.Cluster.Kubectl.RunAsync(["patch", "vm", _machine.Name, "-n", _machine.Namespace, "--type=merge", "-p", """{"metadata":{"finalizers":null}}"""], Unbounded);
        }
        else
        {
            if (await bed.Cluster.MachineAsync(Key, Unbounded) is { } left) await bed.Cluster.Client.DeleteAsync(VirtualMachine.Type, Key, left.Metadata.Uid!, Unbounded);
        }
    }

    private static MachineManifest Manifest(Bed bed, MatrixCell cell)
    {
        var machine = bed.Machine($"{cell.Verb.ToLowerInvariant().Replace("(", "-", StringComparison.Ordinal).TrimEnd(')')}-{cell.State.Replace(",", "", StringComparison.Ordinal).Replace(' ', '-')}-{(cell.Frame ? "f" : "k")}");
        Dictionary<string, string> behaviour = cell.State switch
        {
            "starting" => new() { [StandInAnnotations.BootSeconds] = "2" },
            "stopping" => new() { [StandInAnnotations.ShutdownSeconds] = "2" },
            "migrating" => new() { [StandInAnnotations.MigrationSeconds] = "2" },
            "crash-looping" => new() { [StandInAnnotations.Guest] = "crash-loops" },
            "unschedulable" => new() { [StandInAnnotations.Unschedulable] = "true" },
            "waiting for volumes" => new() { [StandInAnnotations.Volumes] = "waiting" },
            _ => [],
        };
        return machine with
        {
            Mac = cell.State == "absent, but claimed" ? Bed.NextClaimedAddress().ToString() : machine.Mac,
            RunStrategy = cell.State is "stopped" or "terminating" ? "Manual" : "Always",
            GracePeriodSeconds = cell.State == "stopping" ? 30 : 0,
            Annotations = behaviour,
            Labels = cell is { Action: WakeAction.Destroy, Frame: true } ? new Dictionary<string, string> { [Bed.Destroyable] = "yes" } : new(),
        };
    }

    private async Task<string> RequestAsync()
    {
        var spec = new JsonObject { ["action"] = $"{cell.Action}", ["target"] = new JsonObject { ["macAddress"] = _machine.Mac } };
        if (cell.Action == WakeAction.Sleep) spec["sleep"] = new JsonObject { ["mode"] = cell.Verb.Split('(', ')')[1] };
        if (cell.Action == WakeAction.Move && await DestinationAsync() is { } node) spec["move"] = new JsonObject { ["nodeName"] = node };
        return new JsonObject
        {
            ["apiVersion"] = "kubewol.io/v1alpha1",
            ["kind"] = "WakeRequest",
            ["metadata"] = new JsonObject { ["name"] = _machine.Name, ["namespace"] = _machine.Namespace },
            ["spec"] = spec,
        }.ToJsonString();
    }

    /// <summary>Another node than the machine is on; for one on its way to another, the one it leaves; none for one that is nowhere yet.</summary>
    private async Task<string?> DestinationAsync() => cell.State switch
    {
        "migrating" => _nodeBefore,
        "running" or "paused" or "stopped" or "stopping" => (await bed.SchedulableNodesAsync()).First(n => n != _nodeBefore),
        _ => null,
    };

    private async Task<string?> NodeAsync() => (await bed.Cluster.Client.GetAsync(VirtualMachineInstance.Type, Key, Unbounded))?.Status?.NodeName;

    private Task<WakeRequest?> ReadAsync(ResourceKey request) => bed.Cluster.Client.GetAsync(WakeRequest.Type, request, Unbounded);

    private Task IsAsync(string state) => Eventually.BecomesTrueAsync(
        $"the machine is {state}: {cell}", async () => (await bed.Cluster.MachineAsync(Key, Unbounded))?.Status?.PrintableStatus == state, Unbounded);

    private Task CallAsync(string kind, string verb) => bed.CallAsync(kind, _machine, verb);
}
