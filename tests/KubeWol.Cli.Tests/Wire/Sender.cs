using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Cli.Tests.Wire;

/// <summary>A network of its own with the real program on it, and somebody who listens.</summary>
public sealed class Sender : IAsyncLifetime
{
    private NodeNetwork _network = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public NetworkHost Host => _network.Sender;

    public NetworkHost Listener => _network.Node("listener");

    public async ValueTask InitializeAsync() => _network = await NodeNetwork.CreateAsync(["listener"], Cancel);

    public async ValueTask DisposeAsync()
    {
        if (_network is not null) await _network.DisposeAsync();
    }

    /// <summary>Runs the program at the sender.</summary>
    public Task<CommandResult> RunAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        Host.Namespace.RunAsync(new ProcessSpec(Programs.Plugin, arguments) { Environment = environment }, Cancel);

    public Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string?>(), arguments);

    /// <summary>The first frame for an address that the listener gets from a command line.</summary>
    public async Task<byte[]> HearAsync(MacAddress target, params string[] arguments)
    {
        using var receiver = Listener.Nic.OpenReceiver();
        _ = (await RunAsync(arguments)).Checked;
        return await receiver.WaitForAsync(frame => Calls(frame, target), TimeSpan.FromSeconds(20), Cancel);
    }

    private static bool Calls(byte[] bytes, MacAddress target)
    {
        if (!WolFrame.TryParse(LinkType.Ethernet, bytes, WolPorts.Parse("1-65535"), out var frame, out _)) return false;
        foreach (var packet in frame.Packets) if (packet.Target == target) return true;
        return false;
    }
}
