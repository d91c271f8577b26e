using System.Security.Cryptography;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;

namespace KubeWol.Demo;

/// <summary>Everything the demo plays on. Disposing of it leaves nothing behind.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public const string Team = "team-a";

    /// <summary>The port at which a magic packet means Move.</summary>
    public const int MovePort = 9102;

    private static readonly string[] OperatorOptions = ["--agents-report-reversed-macs", "--agent-ports", $"7,9,{MovePort}"];
    private static readonly string[] AgentOptions = ["--interface", "eth0", "--reversed-macs", "--ports", $"7,9,{MovePort}"];

    private static readonly string[] Nodes = ["node-a", "node-b", "node-c"];

    private readonly List<IAsyncDisposable> _parts = [];

    public required Cluster Cluster { get; init; }

    public required NodeNetwork Network { get; init; }

    /// <summary>The sender's interface in VLAN 10.</summary>
    public required Nic SenderVlan { get; init; }

    public required IReadOnlyList<RunningProgram> Agents { get; init; }

    /// <summary>The private key of a sender of signed commands.</summary>
    public required string KeyFile { get; init; }

    /// <summary>The sender's program, as the documents have it.</summary>
    public string CommandScript { get; } = Path.Combine(AppContext.BaseDirectory, "send-command.mjs");

    public static async Task<Stage> SetAsync(Screen screen, CancellationToken cancellationToken)
    {
        if (Environment.UserName != "root") throw new TestClusterException("network namespaces and raw frames need root: run it as root");
        var parts = new List<IAsyncDisposable>();
        try
        {
            screen.Title("Setting the stage");
            // A guest takes a little to boot, so that there is something to see.
            var delays = new StandInDelays { Boot = TimeSpan.FromMilliseconds(400) };
            var cluster = await screen.StepAsync(
                c => c.IsGiven ? $"the cluster at {c.Address}" : $"Kubernetes at {c.Address}, with a stand-in for KubeVirt",
                async () => await Cluster.StartAsync(Nodes, delays, cancellationToken));
            parts.Add(cluster);
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var keyFile = cluster.WriteFile("key.pem", key.ExportPkcs8PrivateKeyPem());
            var network = await screen.StepAsync(
                _ => "a LAN: node-a, node-b, node-c and a sender, each a network namespace",
                () => NodeNetwork.CreateAsync(Nodes, cancellationToken));
            parts.Add(network);
            var vlan = await screen.StepAsync(_ => "VLAN 10 at the sender", () => network.Sender.AddVlanAsync(network.Sender.Nic, 10, cancellationToken));
            var installation = await screen.StepAsync(_ => "KubeWol's CRD and rights, from the chart", () => Installation.CreateAsync(cluster, cancellationToken));
            parts.Add(installation);
            await screen.StepAsync(
                _ => "two operators: one leads, one stands by",
                () => Task.WhenAll(
                    installation.StartOperatorAsync("operator-1", OperatorOptions, cancellationToken),
                    installation.StartOperatorAsync("operator-2", OperatorOptions, cancellationToken)));
            var agents = await screen.StepAsync(
                _ => "an agent on each node, with no capability but NET_RAW",
                () => Task.WhenAll(network.Nodes.Select(n => installation.StartAgentAsync(n, AgentOptions, waitUntilReady: true, cancellationToken))));
            await screen.StepAsync(
                machines => $"{machines.Count} virtual machines, a template for more, and who may do what by a frame",
                () => CreateMachinesAsync(cluster, key.ExportSubjectPublicKeyInfoPem(), cancellationToken));
            var stage = new Stage { KeyFile = keyFile, Cluster = cluster, Network = network, SenderVlan = vlan, Agents = agents };
            stage._parts.AddRange(parts);
            return stage;
        }
        catch
        {
            foreach (var part in Enumerable.Reverse(parts)) await part.DisposeAsync();
            throw;
        }
    }

    public void TellWhatToType(Screen screen)
    {
        screen.Title("It is still running. Type for example");
        screen.Line($"  export KUBECONFIG={Cluster.AdminKubeconfig} PATH={Path.GetDirectoryName(Cluster.KubectlProgram)}:$PATH");
        screen.Line("  kubectl get wakerequests -A --watch");
        screen.Line($"  kubectl patch vm -n {Team} {Cast.Web.Name} --type merge -p '{{\"spec\":{{\"runStrategy\":\"Halted\"}}}}'    # switches it off");
        screen.Line($"  ip netns exec {Network.Sender.Namespace.Name} wakeonlan {Cast.Web.Mac}    # and on");
        screen.Line($"  ip netns exec {Network.Sender.Namespace.Name} etherwake -i eth0 {Cast.Database.Mac}");
        screen.Line($"  ip netns exec {Network.Sender.Namespace.Name} wakeonlan {Cast.Desktop.Reversed}    # to sleep");
        screen.Line($"  kubectl describe vm -n {Team} {Cast.Web.Name}");
        screen.Line("  kubectl explain wakerequest.spec");
        screen.Line("and, to end it:");
        screen.Line("  make demo-down");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
    }

    private static async Task<IReadOnlyList<MachineManifest>> CreateMachinesAsync(Cluster cluster, string publicKey, CancellationToken cancellationToken)
    {
        await cluster.Kubectl.OutputAsync(["create", "namespace", Team], cancellationToken);
        await cluster.Kubectl.ApplyAsync(string.Join("\n---\n", Cast.All.Select(m => m.ToString()).Append(Cast.Template).Append(Cast.Policies(publicKey))), cancellationToken);
        await Eventually.BecomesTrueAsync(
            "KubeVirt has looked at every machine",
            async () => (await Task.WhenAll(Cast.All.Select(m => cluster.MachineAsync(new(m.Namespace, m.Name), cancellationToken)))).All(m => m?.Status?.PrintableStatus is not null),
            cancellationToken);
        return Cast.All;
    }
}
