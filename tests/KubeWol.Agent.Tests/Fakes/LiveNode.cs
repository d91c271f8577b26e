using KubeWol.Agent.Capture;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;
using Nic = KubeWol.Agent.Capture.Nic;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>A node in a network namespace, one cable from a machine that sends frames.</summary>
public sealed class LiveNode : IAsyncLifetime
{
    private readonly StateDirectory _state = new();
    private NodeNetwork _network = null!;
    private ChildProcess _resident = null!;

    public NetworkHost Host => _network.Node("node");

    public NetworkNamespace Namespace => Host.Namespace;

    /// <summary>Reads the node's own /sys and /proc, which a thread of this process does not see: through the eyes of a program in there.</summary>
    internal SysfsNics Nics => new($"/proc/{_resident.Id}/root/sys/class/net", $"/proc/{_resident.Id}/net/vlan");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _network = await NodeNetwork.CreateAsync(["node"], Cancel);
        _resident = Namespace.Start(new ProcessSpec("sleep", "infinity"), _state.File("resident.log"));
        await Eventually.BecomesTrueAsync("the resident is at home", () => File.ReadAllText($"/proc/{_resident.Id}/comm") == "sleep\n", Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _resident.DisposeAsync();
        await _network.DisposeAsync();
        _state.Dispose();
    }

    public string LogFile(string name) => _state.File(name);

    /// <summary>Frames from here arrive at every NIC of the node.</summary>
    public FrameSender OpenSender() => _network.Sender.Nic.OpenSender();

    /// <summary>One of the node's interfaces as the agent sees it.</summary>
    internal Nic Nic(string name) => Nics.List().Single(n => n.Name == name);

    /// <summary>Runs ip(8) in the node.</summary>
    public async Task IpAsync(string arguments) => _ = (await Namespace.RunAsync(new ProcessSpec("ip", arguments.Split(' ')), Cancel)).Checked;

    /// <summary>Starts a capture, in the node.</summary>
    internal WolCaptureDevice Capture(string name, RecordingSink sink, AgentOptions? options = null) =>
        Namespace.Inside(() => WolCaptureDevice.Start(Nic(name), options ?? Some.Options, sink, sink.Faults.Enqueue));
}
