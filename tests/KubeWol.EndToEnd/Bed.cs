using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.EndToEnd.Rights;
using KubeWol.FaultProxy;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd;

/// <summary>A cluster with KubeWol on it, three nodes and a LAN. Made once for the tests that only use it; those that break something make their own.</summary>
public sealed class Bed : IAsyncLifetime
{
    /// <summary>The ports at which a magic packet means another verb than Wake.</summary>
    public static readonly IReadOnlyDictionary<WakeAction, int> WirePorts = new Dictionary<WakeAction, int>
    {
        [WakeAction.Sleep] = 9101, [WakeAction.Move] = 9102, [WakeAction.Instantiate] = 9103,
    };

    private static readonly string[] WireOptions = [.. WirePorts.Select(p => $"--{p.Key.ToString().ToLowerInvariant()}-port={p.Value}"), "--reversed-mac-sleeps", "--default-verbs", "Wake,Sleep,Move,Instantiate", "--default-rate-per-machine", "0"];

    /// <summary>The label of machines that a signed command may destroy; plain packets may do the rest to them.</summary>
    public const string Destroyable = "destroyable";

    /// <summary>The template that makes machines for the addresses of <see cref="NextClaimedAddress"/>.</summary>
    public const string Template = "on-demand";

    private static int _addresses;
    private static int _claimed;
    private readonly string _namespace = $"e2e-{Guid.NewGuid().ToString("N")[..8]}";

    public Cluster Cluster { get; private set; } = null!;

    public NodeNetwork Network { get; private set; } = null!;

    public Installation Installation { get; private set; } = null!;

    public IReadOnlyList<RunningProgram> Operators { get; private set; } = [];

    public IReadOnlyList<RunningProgram> Agents { get; private set; } = [];

    /// <summary>The sender's interface in VLAN 10.</summary>
    public Nic SenderVlan { get; private set; } = null!;

    /// <summary>Whether agents and operators reach the API server by way of <see cref="Proxy"/>.</summary>
    public bool IsProxied { get; init; }

    /// <summary>Stands before the API server where the bed is proxied.</summary>
    public ApiProxy Proxy { get; private set; } = null!;

    /// <summary>What the operators are told besides.</summary>
    public IReadOnlyList<string> OperatorArguments { get; init; } = [];

    /// <summary>What the agents are told besides.</summary>
    public IReadOnlyList<string> AgentArguments { get; init; } = [];

    /// <summary>By how many seconds nodes' clocks are ahead, where they are wrong.</summary>
    public IReadOnlyDictionary<string, int> ClocksAhead { get; init; } = new Dictionary<string, int>();

    /// <summary>Signs what may be destroyed.</summary>
    public CommandSender Commands { get; } = new("bed");

    /// <summary>The namespace of this bed's machines.</summary>
    public string Namespace => _namespace;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        string[] nodes = ["node-a", "node-b", "node-c"];
        Cluster = await Cluster.StartAsync(nodes, new StandInDelays { CrashLoopBackOff = TimeSpan.FromSeconds(1) }, machineTemplates: true, audit: false, Cancel);
        Network = await NodeNetwork.CreateAsync(nodes, Cancel);
        SenderVlan = await Network.Sender.AddVlanAsync(Network.Sender.Nic, 10, Cancel);
        Installation = await Installation.CreateAsync(Cluster, Cancel);
        if (IsProxied)
        {
            Proxy = await ApiProxy.StartAsync(Cluster.Server!.Address, Cluster.Server.Authority, Cancel);
            Installation.Server = Proxy.Address;
        }

        await Cluster.Kubectl.OutputAsync(["create", "namespace", Namespace], Cancel);
        await Cluster.Kubectl.ApplyAsync(TemplateManifest(Namespace), Cancel);
        await Cluster.Kubectl.ApplyAsync(PolicyManifests(), Cancel);
        Operators = await Task.WhenAll(StartOperatorAsync("operator-1"), StartOperatorAsync("operator-2"));
        Agents = await Task.WhenAll(Network.Nodes.Select(StartAgentAsync));
    }

    /// <summary>What the chart grants beside what agents and operators have asked for so far.</summary>
    public RightsComparison CompareRights() => new(GrantedRule.Of(Installation.Chart), Decision.Read(Cluster.Server!.AuthorizationLog!, Installation.Namespace));

    public async ValueTask DisposeAsync()
    {
        Commands.Dispose();
        // A right that the chart does not grant fails the run, whichever test needed it. Tests that provoke a denial do so as users of their own.
        var missing = Installation is not null && Cluster.Server?.AuthorizationLog is not null ? CompareRights().Missing : [];
        if (Cluster is { IsGiven: true }) await Cluster.Kubectl.RunAsync(["delete", "namespace", Namespace, "--wait=false"], CancellationToken.None);
        foreach (var part in (IAsyncDisposable?[])[Installation, Proxy, Network, Cluster])
        {
            if (part is not null) await part.DisposeAsync();
        }

        Assert.True(missing.Count == 0, $"agents or operators were denied what they asked for, and the chart does not grant it:\n{string.Join('\n', missing)}");
    }

    /// <summary>Starts another operator, as a Deployment would.</summary>
    public Task<RunningProgram> StartOperatorAsync(string name) => Installation.StartOperatorAsync(name, [.. WireOptions, .. OperatorArguments], Cancel);

    /// <summary>Starts operators again that end from now on, as a Deployment would.</summary>
    public Replicas KeepOperators() => new(Operators, (name, cancellationToken) => Installation.StartOperatorAsync(name, [.. WireOptions, .. OperatorArguments], cancellationToken));

    /// <summary>Starts a node's agent, as a DaemonSet would.</summary>
    public Task<RunningProgram> StartAgentAsync(NetworkHost node) =>
        Installation.StartAgentAsync(node, ["--interface", "eth*", "--ports", "7,9,40000,47009,47998-48010,9101-9103", "--reversed-macs", .. AgentArguments, .. ClocksAhead.TryGetValue(node.Name, out var ahead) ? (string[])["--clock-offset", $"{ahead}"] : []], waitUntilReady: true, Cancel);

    /// <summary>An address that no other test uses.</summary>
    public static MacAddress NextAddress() => new(0x5254_00e2_0000 + (ulong)Interlocked.Increment(ref _addresses));

    /// <summary>An address that no machine has and no other test uses, but a template of this bed claims.</summary>
    public static MacAddress NextClaimedAddress() => new(0x5254_00e3_0000 + (ulong)Interlocked.Increment(ref _claimed));

    /// <summary>Creates a machine and waits until KubeVirt shows it in <paramref name="state"/>.</summary>
    public async Task<MachineManifest> CreateMachineAsync(MachineManifest machine, string state)
    {
        await Cluster.ApplyAsync(machine, Cancel);
        await WaitForAsync(machine, state);
        return machine;
    }

    /// <summary>A stopped machine with an address of its own.</summary>
    public Task<MachineManifest> CreateMachineAsync(string name) => CreateMachineAsync(Machine(name), "Stopped");

    /// <summary>A machine of this bed's namespace, not created yet.</summary>
    public MachineManifest Machine(string name) => new(Namespace, name) { Mac = NextAddress().ToString() };

    public async Task<VirtualMachine> MachineAsync(MachineManifest machine) => (await Cluster.MachineAsync(new(machine.Namespace, machine.Name), Cancel))!;

    /// <summary>The address a running machine really has.</summary>
    public async Task<string> LiveAddressAsync(MachineManifest machine)
    {
        string? live = null;
        await Eventually.BecomesTrueAsync(
            "the machine has an address",
            async () => (live = (await Cluster.Client.GetAsync(VirtualMachineInstance.Type, new(machine.Namespace, machine.Name), Cancel))?.Status?.Interfaces is [var nic, ..] ? nic.Mac : null) is not null,
            Cancel);
        return live!;
    }

    /// <summary>Waits until the operator has published the addresses of machines and every agent has read them: before that agents hold their frames back.</summary>
    public async Task AgentsKnowAsync(params IReadOnlyCollection<MachineManifest> machines)
    {
        var wanted = machines.Select(m => MacAddress.Parse(m.Mac!).Bits).ToHashSet();
        await Eventually.BecomesTrueAsync(
            "agents know the machines",
            async () =>
            {
                var maps = await Task.WhenAll(AddressShards.Names.Select(name => Cluster.Client.GetAsync(ConfigMap.Type, new(Installation.Namespace, name), Cancel)));
                var published = maps.Index().SelectMany(m => AddressShard.Decode(m.Index, m.Item?.BinaryData?.GetValueOrDefault(AddressShards.Entry)) ?? []).ToHashSet();
                var known = await Task.WhenAll(Agents.Select(a => a.MetricAsync("kubewol_agent_index_addresses", Cancel)));
                return wanted.IsSubsetOf(published) && known.All(k => k == published.Count);
            },
            Cancel);
    }

    /// <summary>Skips the test where the cluster was given to us.</summary>
    public void NeedsStandIn() => Assert.SkipWhen(Cluster.IsGiven, "only our own KubeVirt can be told how a guest behaves");

    public Task WaitForAsync(MachineManifest machine, string state) => Eventually.BecomesTrueAsync(
        $"{machine.Name} is {state}", async () => (await Cluster.MachineAsync(new(machine.Namespace, machine.Name), Cancel))?.Status?.PrintableStatus == state, Cancel);

    /// <summary>A real program at the sender, such as wakeonlan.</summary>
    public async Task SendAsync(params string[] command) =>
        _ = (await Network.Sender.Namespace.RunAsync(new ProcessSpec(command[0], command[1..]), Cancel)).Checked;

    /// <summary>A signed command out of the sender's NIC.</summary>
    public void SendCommand(WakeAction verb, string mac) => SendFrame(Commands.Frame(verb, MacAddress.Parse(mac)));

    /// <summary>A frame of our own making out of the sender's NIC.</summary>
    public void SendFrame(ReadOnlySpan<byte> frame)
    {
        using var sender = Network.Sender.Nic.OpenSender();
        sender.Send(frame);
    }

    /// <summary>All requests for an address.</summary>
    public async Task<IReadOnlyList<WakeRequest>> RequestsForAsync(string mac) =>
        [.. (await Cluster.RequestsAsync(Cancel)).Where(r => MacAddress.TryParse(r.Spec.Target.MacAddress, out var target) && target == MacAddress.Parse(mac))];

    /// <summary>Waits until all requests for an address, at least one, are finished, and returns them.</summary>
    public async Task<IReadOnlyList<WakeRequest>> FinishedRequestsForAsync(string mac)
    {
        IReadOnlyList<WakeRequest> found = [];
        await Eventually.BecomesTrueAsync($"a request for {mac} is finished", async () => (found = await RequestsForAsync(mac)) is [_, ..] && found.All(r => r.IsFinished()), Cancel);
        return found;
    }

    /// <summary>Waits until the one request for an address is finished, and returns it.</summary>
    public async Task<WakeRequest> FinishedRequestForAsync(string mac) => Assert.Single(await FinishedRequestsForAsync(mac));

    /// <summary>Waits until every agent has counted so many more of a result, whatever it was before.</summary>
    public async Task<double> CountAsync(string result) =>
        (await Task.WhenAll(Agents.Select(a => a.MetricAsync($"kubewol_agent_frames_total{{result=\"{result}\"}}", Cancel)))).Sum();

    /// <summary>What each agent says became of the frames for an address that it heard last, its own words in order.</summary>
    public async Task<IReadOnlyList<string>> VerdictsAsync(string mac)
    {
        var target = MacAddress.Parse(mac).ToString();
        var pages = await Task.WhenAll(Agents.Select(a => a.ReadAsync("/frames", Cancel)));
        return [.. pages.Select(page => string.Join(' ', JsonNode.Parse(page)!["frames"]!.AsArray().Where(f => (string?)f!["target"] == target).Select(f => (string)f!["verdict"]!)))];
    }

    /// <summary>Waits until every agent has given up a frame for an address that no machine has, and nobody has written a request.</summary>
    public async Task ComesToNothingAsync(string mac)
    {
        await Eventually.BecomesTrueAsync(
            $"no agent knows {mac}", TimeSpan.FromSeconds(40), async () => (await VerdictsAsync(mac)).All(v => v.EndsWith("UnknownMac", StringComparison.Ordinal)), CancellationToken.None);
        Assert.Empty(await RequestsForAsync(mac));
    }

    /// <summary>Creates a request for a wake and waits until it is finished.</summary>
    public Task<WakeRequest> AskAsync(string ns, WakeTarget target, int deadlineSeconds = 60) =>
        AskAsync(ns, new WakeRequestSpec { Action = WakeAction.Wake, Target = target, DeadlineSeconds = deadlineSeconds });

    /// <summary>Creates a request for a machine of this bed and waits until it is finished.</summary>
    public Task<WakeRequest> AskAsync(MachineManifest machine, WakeRequestSpec spec) => AskAsync(machine.Namespace, spec with { Target = new() { Name = machine.Name } });

    public async Task<WakeRequest> AskAsync(string ns, WakeRequestSpec spec) => await FinishedAsync(await BeginAsync(ns, spec));

    /// <summary>Creates a request for a machine of this bed.</summary>
    public Task<WakeRequest> BeginAsync(MachineManifest machine, WakeRequestSpec spec) => BeginAsync(machine.Namespace, spec with { Target = new() { Name = machine.Name } });

    public Task<WakeRequest> BeginAsync(string ns, WakeRequestSpec spec) =>
        Cluster.Client.CreateAsync(WakeRequest.Type, new WakeRequest { Metadata = new() { Namespace = ns, Name = $"ask-{Guid.NewGuid():N}" }, Spec = spec }, Cancel);

    /// <summary>Waits until a request is finished.</summary>
    public Task<WakeRequest> FinishedAsync(WakeRequest request) => ReachesAsync(request, "is finished", r => r.IsFinished());

    /// <summary>Waits until a request says why it waits.</summary>
    public Task<WakeRequest> SaysAsync(WakeRequest request, WakeReason reason) => ReachesAsync(request, $"says {reason}", r => r.Status?.Reason == reason);

    public async Task<WakeRequest> ReachesAsync(WakeRequest request, string what, Func<WakeRequest, bool> condition)
    {
        WakeRequest? now = null;
        await Eventually.BecomesTrueAsync(
            $"{request.Spec.Action} {request.Metadata.Name} {what}",
            async () => (now = await Cluster.Client.GetAsync(WakeRequest.Type, ResourceKey.Of(request), Cancel)) is not null && condition(now), Cancel);
        return now!;
    }

    /// <summary>KubeVirt's subresources that KubeWol does not use.</summary>
    public Task CallAsync(string kind, MachineManifest machine, string verb) =>
        Cluster.Client.SendAsync(HttpMethod.Put, ApiPath.Of("subresources.kubevirt.io", "v1", kind, machine.Namespace, machine.Name, verb), "{}"u8.ToArray(), null, Cancel);

    /// <summary>The nodes that take machines; a real virt-handler labels them.</summary>
    public async Task<IReadOnlyList<string>> SchedulableNodesAsync()
    {
        var nodes = (await Cluster.NodesAsync(Cancel)).Where(n => n.Spec?.Unschedulable != true).ToList();
        var handled = nodes.Where(n => n.Metadata.Labels?.GetValueOrDefault("kubevirt.io/schedulable") == "true").ToList();
        return [.. (handled.Count > 0 ? handled : nodes).Select(n => n.Metadata.Name).Order()];
    }

    /// <summary>Whether there is a node to migrate to.</summary>
    public async Task<bool> CanMigrateAsync() => (await SchedulableNodesAsync()).Count > 1;

    private static string TemplateManifest(string ns) => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakeTemplate
        metadata: {name: {{Template}}, namespace: {{ns}}}
        spec:
          macAddresses: {prefixes: ["52:54:00:e3"]}
          labels: { {{Destroyable}}: "yes" }
          maxInstances: 1000
          virtualMachine:
            spec:
              runStrategy: Manual
              template:
                spec:
                  domain:
                    memory: {guest: 64Mi}
                    devices: {interfaces: [{name: default, masquerade: {} }]}
                  networks: [{name: default, pod: {} }]
        """;

    private string PolicyManifests() => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: plain, namespace: {{Namespace}} }
        spec:
          selector: {matchExpressions: [{key: {{Destroyable}}, operator: Exists}]}
          verbs: [{{string.Join(", ", WirePorts.Keys.Prepend(WakeAction.Wake))}}]
          proof: None
          aliases: [{{string.Join(", ", WirePorts.Select(p => $"{{verb: {p.Key}, port: {p.Value}}}"))}}, {verb: Sleep, reversedMac: true}]
        ---
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: signed, namespace: {{Namespace}} }
        spec:
          selector: {matchExpressions: [{key: {{Destroyable}}, operator: Exists}]}
          verbs: [Destroy]
          proof: Signed
          signed: {keys: [{{Commands.Key}}]}
        """;
}
