using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.EndToEnd.Rights;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd.Security;

/// <summary>Origin × proof × verb × caller, by real frames through real agents and by kubectl. One test plays a row.</summary>
public sealed class SecurityMatrixTests(Bed bed, SecurityStage stage) : IClassFixture<SecurityStage>
{
    private static readonly Dictionary<WakeAction, string> Rights = new()
    {
        [WakeAction.Wake] = "subresources.kubevirt.io virtualmachines/start update; subresources.kubevirt.io virtualmachineinstances/unpause update",
        [WakeAction.Sleep] = "subresources.kubevirt.io virtualmachineinstances/pause update",
        [WakeAction.Move] = "subresources.kubevirt.io virtualmachines/migrate update; kubevirt.io virtualmachines patch",
        [WakeAction.Instantiate] = "kubevirt.io virtualmachines create; subresources.kubevirt.io virtualmachines/start update",
        [WakeAction.Destroy] = "kubevirt.io virtualmachines delete",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Rows => [.. SecurityRow.All.Select(r => (r.Policy, r.Message))];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Who_may_say_what(string policy, string message)
    {
        var row = SecurityRow.All.Single(r => r.Policy == policy && r.Message == message);
        Assert.SkipWhen(message == "an agent, for another node" && bed.Cluster.IsGiven, "a kubelet would run the pods that the tokens are bound to");
        await Task.WhenAll(row.Outcomes.Select(cell => PlayAsync(row, cell.Key, cell.Value)));
    }

    [Fact]
    public async Task A_command_that_is_sent_again_is_noticed_and_does_nothing()
    {
        var machine = await MachineAsync("signed", "Always");
        var frame = stage.Known.Frame(WakeAction.Sleep, MacAddress.Parse(machine.Mac!));
        bed.SendFrame(frame);
        Assert.Equal(WakeReason.Paused, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
        await bed.CallAsync("virtualmachineinstances", machine, "unpause");
        await bed.WaitForAsync(machine, "Running");

        await ReplayAsync(frame);
        Assert.Single(await bed.RequestsForAsync(machine.Mac!));
        Assert.Equal("Running", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Fact]
    public async Task A_machine_that_is_made_again_is_not_destroyed_by_the_command_of_before()
    {
        var machine = await MachineAsync("signed", "Manual");
        var frame = stage.Known.Frame(WakeAction.Destroy, MacAddress.Parse(machine.Mac!));
        bed.SendFrame(frame);
        Assert.Equal(WakeReason.Destroyed, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
        await bed.CreateMachineAsync(machine, "Stopped");

        await ReplayAsync(frame);
        Assert.Single(await bed.RequestsForAsync(machine.Mac!));
        Assert.NotNull(await bed.MachineAsync(machine));

        // Even where the request that carried it out is gone, and so nothing keeps agents from asking again.
        await bed.Cluster.Kubectl.OutputAsync(["delete", "wakerequests", "-n", Installation.Namespace, "-l", $"kubewol.io/mac={MacAddress.Parse(machine.Mac!):N}"], Cancel);
        await Eventually.BecomesTrueAsync("an agent asks again", async () =>
        {
            bed.SendFrame(frame);
            return (await bed.RequestsForAsync(machine.Mac!)).Count > 0;
        }, Cancel);
        Assert.Equal(WakeReason.ReplayedCommand, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
        Assert.NotNull(await bed.MachineAsync(machine));
    }

    [Fact]
    public async Task Of_a_broadcast_that_all_nodes_hear_the_one_from_the_right_node_counts()
    {
        var name = new ResourceKey(bed.Namespace, "from-node-b");
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: {{name.Name}}, namespace: {{name.Namespace}} }
            spec: {selector: {matchLabels: { {{SecurityStage.Label}}: {{name.Name}} } }, verbs: [Wake, Destroy], proof: Signed, signed: {keys: [{{stage.Known.Key}}]}, from: [{nodes: [node-b]}]}
            """, Cancel);
        try
        {
            await TellsApartAsync(2);
            var machine = await MachineAsync(name.Name, "Manual");
            bed.SendFrame(stage.Known.Frame(WakeAction.Wake, MacAddress.Parse(machine.Mac!)));
            await bed.WaitForAsync(machine, "Running");
            await Eventually.BecomesTrueAsync("both requests are finished", async () => (await bed.RequestsForAsync(machine.Mac!)) is [_, _] both && both.All(r => r.IsFinished()), Cancel);

            Assert.Equal(
                ["OriginNotAllowed", "node-b Started"],
                (await bed.RequestsForAsync(machine.Mac!)).Select(r => r.Spec.Frame!.Node == "node-b" ? $"node-b {r.Status!.Reason}" : $"{r.Status!.Reason}").Order(StringComparer.Ordinal));
        }
        finally
        {
            await bed.Cluster.Kubectl.OutputAsync(["delete", "wakepolicy", name.Name, "-n", bed.Namespace], Cancel);
        }

        await TellsApartAsync(1);
    }

    private async Task PlayAsync(SecurityRow row, WakeAction verb, string outcome)
    {
        stage.Mark(row, verb, "✗");
        if (verb == WakeAction.Move && outcome == "Moved" && !await bed.CanMigrateAsync())
        {
            stage.Mark(row, verb, "–");
            return;
        }

        if (row.Message.EndsWith("nobody has it", StringComparison.Ordinal) || row.Message.EndsWith("nobody has it yet", StringComparison.Ordinal))
        {
            var mac = SecurityStage.NextClaimedAddress();
            bed.SendFrame((row.Message.StartsWith("signed", StringComparison.Ordinal) ? stage.Known : stage.Stranger).Frame(verb, MacAddress.Parse(mac)));
            var made = await bed.FinishedRequestForAsync(mac);
            Assert.True($"{made.Status!.Reason}" == outcome, $"{row.Policy}, {row.Message}, {verb}: {made.Status.Reason} instead of {outcome}: {made.Status.Message}");
            var named = await bed.Cluster.MachineAsync(new(bed.Namespace, $"guarded-{mac.Replace(":", "", StringComparison.Ordinal)}"), Cancel);
            Assert.Equal(outcome == "Instantiated", named is not null);
            stage.Mark(row, verb, "✓");
            return;
        }

        // What is refused is tried on a machine that is off: it stays so.
        var machine = await MachineAsync(row.Policy, SecurityRow.IsDone(outcome) && verb != WakeAction.Wake ? "Always" : "Manual");
        if (outcome == "denied")
        {
            var answer = await DeniedAsync(row.Message, verb, machine);
            Assert.False(answer.Succeeded, $"{row.Policy}, {row.Message}, {verb}: the API server took it");
            Assert.Contains(row.Message switch
            {
                "a frame by kubectl" => "only the agents set it",
                "an agent, for another node" => "spec.frame.node is node-b, and its token is bound to node-a",
                _ => "through KubeWol you need the right to",
            }, answer.Error, StringComparison.Ordinal);
        }
        else
        {
            var ended = row.Message.StartsWith("kubectl", StringComparison.Ordinal) ? await AskAsync(verb, machine) : await SendAsync(row.Message, verb, machine);
            Assert.True($"{ended.Status!.Reason}" == outcome, $"{row.Policy}, {row.Message}, {verb}: {ended.Status.Reason} instead of {outcome}: {ended.Status.Message}");
            Assert.Equal(SecurityRow.IsDone(outcome) ? "True" : "False", $"{ended.Status.Conditions!.Single(c => c.Type == "Authorized").Status}");
        }

        var now = await bed.Cluster.MachineAsync(new(machine.Namespace, machine.Name), Cancel);
        Assert.Equal(outcome switch { "Destroyed" => null, "Paused" => "Paused", "Started" or "Moved" or "AlreadyActive" => "Running", _ => "Stopped" }, now?.Status?.PrintableStatus);
        stage.Mark(row, verb, "✓");
    }

    private Task<MachineManifest> MachineAsync(string policy, string strategy) => bed.CreateMachineAsync(
        bed.Machine($"sec-{Guid.NewGuid().ToString("N")[..10]}") with { RunStrategy = strategy, Labels = new Dictionary<string, string> { [SecurityStage.Label] = SecurityStage.Slug(policy) } },
        strategy == "Always" ? "Running" : "Stopped");

    private async Task<WakeRequest> SendAsync(string message, WakeAction verb, MachineManifest machine)
    {
        var mac = MacAddress.Parse(machine.Mac!);
        var builder = new WolFrameBuilder { Transport = WolTransport.UdpV4, DestinationPort = (ushort)Bed.WirePorts.GetValueOrDefault(verb, 9) };
        builder = message switch
        {
            "plain, in VLAN 10" => builder with { Vlans = [10] },
            "plain, in VLAN 20" => builder with { Vlans = [20] },
            "plain, in VLAN 10 in VLAN 20" => builder with { Vlans = [20, 10] },
            "plain, from that MAC" => builder with { Source = MacAddress.Parse($"{SecurityStage.KnownMac}:00:00:01") },
            "plain, from that network" => builder with { SourceIp = IpAddress.Parse("198.51.100.7") },
            _ => builder,
        };
        byte[] password = message switch
        {
            "wrong password" => [0, 0, 0, 0, 0, 1],
            "password of 6 octets" => Convert.FromHexString(SecurityStage.LongPassword.Replace(":", "", StringComparison.Ordinal)),
            "password of 4 octets" => [192, 0, 2, 77],
            _ => [],
        };
        var now = TimeProvider.System.GetUtcNow();
        byte[] command = message switch
        {
            "signed" => stage.Known.Sign(verb, mac),
            "signed by a stranger" => stage.Stranger.Sign(verb, mac),
            "signed, one bit flipped" => Flipped(stage.Known.Sign(verb, mac)),
            "signed for another machine" => stage.Known.Sign(verb, Bed.NextAddress()),
            "signed two minutes ago" => stage.Known.Sign(verb, mac, now.AddMinutes(-2)),
            "signed in two minutes" => stage.Known.Sign(verb, mac, now.AddMinutes(2)),
            _ => [],
        };
        var frame = builder.Build(MagicPacket.Build(mac, password, command: command));
        bed.SendFrame(frame);
        var ended = await bed.FinishedRequestForAsync(machine.Mac!);
        // An agent that has just been started may not know the operator's key yet.
        return ended.Spec.Frame!.SecureOnDigest is null && password.Length > 0 ? throw new TestClusterException("the agent had no key to seal the password with") : ended;
    }

    private async Task<WakeRequest> AskAsync(WakeAction verb, MachineManifest machine)
    {
        var user = new Caller(bed);
        await user.GrantAsync(bed.Namespace, $"kubewol.io wakerequests create; {Rights[verb]}");
        var name = $"by-{user.Name}";
        await Eventually.BecomesTrueAsync("the rights have arrived", async () => (await user.CreateAsync(Manifest(name, bed.Namespace, verb, machine, ""))).Succeeded, Cancel);
        return await bed.FinishedAsync(new() { Metadata = new() { Namespace = bed.Namespace, Name = name }, Spec = new() { Action = verb } });
    }

    private async Task<CommandResult> DeniedAsync(string message, WakeAction verb, MachineManifest machine)
    {
        const string Frame = ", frame: {node: node-b, interface: eth0, transport: Ethernet, capturedAt: \"2026-11-22T12:00:00.000000Z\"}";
        var name = $"denied-{Guid.NewGuid():N}";
        switch (message)
        {
            case "an agent, for another node":
                var token = await bed.Cluster.TokenAsync(Installation.Namespace, "kubewol-agent", "kubewol-agent-node-a", Cancel);
                return await bed.Cluster.Kubectl.RunAsync(["create", "-f", "-", $"--token={token}"], Manifest(name, Installation.Namespace, verb, machine, Frame), Cancel);
            case "a frame by kubectl":
                return await bed.Cluster.Kubectl.RunAsync(["create", "-f", "-"], Manifest(name, bed.Namespace, verb, machine, Frame), Cancel);
            default:
                var user = new Caller(bed);
                // All the rights but the one.
                var others = string.Join("; ", Rights.Where(r => r.Key != verb && !r.Value.Contains(Rights[verb].Split(';')[0], StringComparison.Ordinal) && !(verb == WakeAction.Instantiate && r.Key == WakeAction.Wake)).Select(r => r.Value));
                await user.GrantAsync(bed.Namespace, $"kubewol.io wakerequests create; {others}");
                return await user.CreateAsync(Manifest(name, bed.Namespace, verb, machine, ""));
        }
    }

    private static string Manifest(string name, string ns, WakeAction verb, MachineManifest machine, string more) => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakeRequest
        metadata: {name: {{name}}, namespace: {{ns}} }
        spec: {action: {{verb}}, target: {macAddress: "{{machine.Mac}}"}, deadlineSeconds: 60{{more}} }
        """;

    private static byte[] Flipped(byte[] command)
    {
        command[^7] ^= 0x10;
        return command;
    }

    /// <summary>Sends the same octets again until the agents say so: at first they are one broadcast with those of before.</summary>
    private async Task ReplayAsync(byte[] frame)
    {
        var before = await ReplayedAsync();
        await Eventually.BecomesTrueAsync("the agents notice a replay", async () =>
        {
            bed.SendFrame(frame);
            return await ReplayedAsync() > before;
        }, Cancel);
    }

    private async Task<double> ReplayedAsync() =>
        (await Task.WhenAll(bed.Agents.Select(a => a.MetricAsync("kubewol_agent_requests_total{result=\"Replayed\"}", Cancel)))).Sum();

    /// <summary>Waits until a broadcast makes so many requests; the agents' watches may be a moment behind.</summary>
    private Task TellsApartAsync(int requests) => Eventually.BecomesTrueAsync($"a broadcast makes {requests} requests", async () =>
    {
        var address = Bed.NextClaimedAddress().ToString(); // agents turn away what nothing claims
        var (heard, before) = (await bed.CountAsync("Accepted"), await WrittenAsync());
        bed.SendFrame(new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse(address))));
        await Eventually.BecomesTrueAsync("all agents have heard it", async () => await bed.CountAsync("Accepted") >= heard + bed.Agents.Count, Cancel);
        await Eventually.BecomesTrueAsync("all agents have written", async () => await WrittenAsync() >= before + bed.Agents.Count, Cancel);
        return (await bed.RequestsForAsync(address)).Count == requests;
    }, Cancel);

    private async Task<double> WrittenAsync()
    {
        string[] results = ["Created", "AlreadyThere"];
        return (await Task.WhenAll(from agent in bed.Agents from result in results select agent.MetricAsync($"kubewol_agent_requests_total{{result=\"{result}\"}}", Cancel))).Sum();
    }
}
