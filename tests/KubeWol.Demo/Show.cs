using System.Globalization;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Demo;

/// <summary>The scenes, one after the other: what is sent, and what becomes of it.</summary>
internal sealed class Show(Stage stage, Screen screen)
{
    private readonly HashSet<ResourceKey> _told = [];

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        screen.Title("A machine is stopped, and somebody on the LAN sends a magic packet");
        await SendAsync(["wakeonlan", Cast.Web.Mac!], cancellationToken);

        screen.Title("A bare Ethernet frame to the machine's own address; its run strategy Manual is kept");
        await SendAsync(["etherwake", "-i", "eth0", Cast.Database.Mac!], cancellationToken);

        screen.Title("From VLAN 10; the machine's address is spelt differently in its spec");
        await SendAsync(["etherwake", "-b", "-i", stage.SenderVlan.Name, Spelt(Cast.Backup.Mac!)], cancellationToken);

        screen.Title("A paused machine is unpaused; this sender uses the subnet's broadcast address and port 7");
        await PauseAsync(Cast.Desktop.Name, cancellationToken);
        await SendAsync(["wakeonlan", "-i", "10.77.0.255", "-p", "7", Cast.Desktop.Mac!], cancellationToken);

        screen.Title("It runs already");
        await SendAsync(["wakeonlan", "-p", "9", Cast.Desktop.Mac!], cancellationToken);

        screen.Title("The address written backwards: go to sleep, as the sleep-on-lan programs say it. WakePolicy desktops allows it");
        await SendAsync(["wakeonlan", Cast.Desktop.Reversed], cancellationToken);

        screen.Title($"A packet to port {Stage.MovePort}: move, says the same policy. The machine sleeps on, on another node");
        await SendAsync(["wakeonlan", "-p", $"{Stage.MovePort}", Cast.Desktop.Mac!], cancellationToken);

        screen.Title("This machine wakes by a SecureOn password alone, says WakePolicy vaults: the wrong one");
        await SendAsync(["etherwake", "-i", "eth0", "-p", "00:00:00:c0:ff:ee", Cast.Vault.Mac!], cancellationToken);

        screen.Title("The right one; it stands in a Secret, and in no WakeRequest");
        await SendAsync(["etherwake", "-i", "eth0", "-p", Cast.Password, Cast.Vault.Mac!], cancellationToken);

        screen.Title("To delete a machine takes a signed command, whatever a policy says");
        await SendAsync(["node", stage.CommandScript, "--key", stage.KeyFile, "--key-id", "ops", "--to", "10.77.0.255", "Destroy", Cast.Vault.Mac!], cancellationToken);

        screen.Title("Nobody has this address, but a template claims it: a machine is made");
        await SendAsync(["wakeonlan", Cast.Kiosk], cancellationToken);

        screen.Title("Two machines have the same address: KubeVirt allows that, KubeWol does not guess");
        await SendAsync(["wakeonlan", Cast.Twin.Mac!], cancellationToken);

        screen.Title("Nobody has this address, and no template claims it: agents wait ten seconds for such a machine, and ask nothing of the API server");
        await SendInVainAsync(["wakeonlan", "52:54:00:ff:ff:ff"], cancellationToken);

        screen.Title("In the end");
        await KubectlAsync(["get", "wakerequests", "-A"], cancellationToken);
        screen.Line();
        await KubectlAsync(["get", "vms", "-A"], cancellationToken);
        screen.Line();
        await KubectlAsync(["events", "-n", Stage.Team, "--for", $"virtualmachine/{Cast.Web.Name}"], cancellationToken);
    }

    /// <summary>Has the sender send, and tells the journey of what it sent.</summary>
    private async Task SendAsync(string[] command, CancellationToken cancellationToken)
    {
        screen.Command(string.Join(' ', command.Select(part => part.StartsWith('/') ? Path.GetFileName(part) : part)));
        var before = await HeardAsync("Accepted", cancellationToken);
        var sent = await stage.Network.Sender.Namespace.RunAsync(new ProcessSpec(command[0], command[1..]), cancellationToken);
        if (sent.Checked.Length > 0) screen.Text(sent.Output);
        WakeRequest? request = null;
        await Eventually.BecomesTrueAsync(
            "the request is finished",
            async () => (request = (await stage.Cluster.RequestsAsync(cancellationToken)).FirstOrDefault(r => r.IsFinished() && !_told.Contains(ResourceKey.Of(r)))) is not null,
            cancellationToken);
        _told.Add(ResourceKey.Of(request!));
        Tell(request!, await HeardAsync("Accepted", cancellationToken) - before);
    }

    /// <summary>Has the sender send what comes to nothing.</summary>
    private async Task SendInVainAsync(string[] command, CancellationToken cancellationToken)
    {
        screen.Command(string.Join(' ', command));
        var before = await HeardAsync("UnknownMac", cancellationToken);
        var sent = await stage.Network.Sender.Namespace.RunAsync(new ProcessSpec(command[0], command[1..]), cancellationToken);
        screen.Text(sent.Checked.Length > 0 ? sent.Output : "");
        await Eventually.BecomesTrueAsync(
            "all agents have given it up", async () => await HeardAsync("UnknownMac", cancellationToken) >= before + stage.Agents.Count, cancellationToken);
        screen.Outcome(false, "UnknownMac", $"{await HeardAsync("UnknownMac", cancellationToken) - before} agents heard it, none wrote a request");
    }

    private void Tell(WakeRequest request, int heard)
    {
        var (frame, status) = (request.Spec.Frame!, request.Status!);
        var start = frame.CapturedAt!.Value;
        var transport = frame.DestinationPort is { } port ? string.Create(CultureInfo.InvariantCulture, $"{frame.Transport} port {port} from {frame.SourceIp}") : $"bare Ethernet from {frame.SourceMac}";
        var vlans = frame.Vlans is { Count: > 0 } ids ? $" in VLAN {string.Join('.', ids)}" : "";
        screen.Moment(TimeSpan.Zero, "frame", $"{transport}{vlans}, heard by {heard} nodes, {frame.Node} was first");
        screen.Moment(status.AcceptedAt!.Value - start, "request", request.Metadata.Name);
        if (status.IssuedAt is { } issued) screen.Moment(issued - start, Verb(status.Operation), $"{status.VirtualMachine?.Namespace}/{status.VirtualMachine?.Name}{(status.Observed?.Before is { } before ? $" was {before}" : "")}");
        screen.Moment(status.CompletedAt!.Value - start, status.Observed?.After ?? "answer", status.Observed?.NodeAfter is { } node ? $"on {node}" : "");
        screen.Outcome(status.Phase == WakePhase.Succeeded, $"{status.Phase}, {status.Reason}", status.Message ?? "");
    }

    /// <summary>How often agents have heard a message, by what became of it: once for each node.</summary>
    private async Task<int> HeardAsync(string result, CancellationToken cancellationToken)
    {
        var counts = await Task.WhenAll(stage.Agents.Select(a => a.MetricAsync($"kubewol_agent_frames_total{{result=\"{result}\"}}", cancellationToken)));
        return (int)counts.Sum();
    }

    private async Task PauseAsync(string machine, CancellationToken cancellationToken)
    {
        await Eventually.BecomesTrueAsync(
            $"{machine} runs", async () => (await stage.Cluster.MachineAsync(new(Stage.Team, machine), cancellationToken))?.Status?.PrintableStatus == "Running", cancellationToken);
        var path = ApiPath.Of("subresources.kubevirt.io", "v1", "virtualmachineinstances", Stage.Team, machine, "pause");
        await stage.Cluster.Client.SendAsync(HttpMethod.Put, path, "{}"u8.ToArray(), null, cancellationToken);
        await Eventually.BecomesTrueAsync(
            $"{machine} is paused", async () => (await stage.Cluster.MachineAsync(new(Stage.Team, machine), cancellationToken))?.Status?.PrintableStatus == "Paused", cancellationToken);
    }

    private async Task KubectlAsync(string[] arguments, CancellationToken cancellationToken)
    {
        screen.Command($"kubectl {string.Join(' ', arguments)}");
        screen.Text(await stage.Cluster.Kubectl.OutputAsync(arguments, cancellationToken));
    }

    private static string Spelt(string mac) => mac.Replace('-', ':');

    private static string Verb(WakeOperation? operation) => operation switch
    {
        WakeOperation.LiveMigrate => "migrate",
        { } done => done.ToString().ToLowerInvariant(),
        null => "",
    };
}
