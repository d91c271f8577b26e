using KubeWol.Agent;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Protocol;
using KubeWol.TestBed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KubeWol.Bench.Broadcast;

/// <summary>The whole agent but for its NICs and its watches, one of many in this process.</summary>
internal sealed class SimulatedAgent : IAsyncDisposable, INicSource
{
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);

    private readonly ClusterConnection _connection;
    private readonly IHost _host;

    private SimulatedAgent(string kubeconfig, string node, SharedWatches watches)
    {
        _connection = ClusterConnection.Open(kubeconfig);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddCluster(_connection);
        watches.ServeTo(builder.Services);
        builder.Services.AddAgent(new() { Namespace = Installation.Namespace, NodeName = node });
        builder.Services.AddSingleton<INicSource>(this);
        _host = builder.Build();
    }

    /// <summary>How many nodes it has been told of.</summary>
    public int Told => _host.Services.GetRequiredService<Instructions>().Ranking.Count;

    /// <summary>Whether it knows the API server's time well enough.</summary>
    public bool KnowsTheTime => _host.Services.GetRequiredService<ClusterClock>().IsKnown;

    /// <summary>Messages it has not dealt with yet.</summary>
    public int Pending => _host.Services.GetRequiredService<Outbox>().Count;

    public static async Task<SimulatedAgent> StartAsync(string kubeconfig, string node, SharedWatches watches, CancellationToken cancellationToken)
    {
        var agent = new SimulatedAgent(kubeconfig, node, watches);
        await agent._host.StartAsync(cancellationToken);
        return agent;
    }

    /// <summary>A frame arrives.</summary>
    public void Hear(byte[] frame) => _host.Services.GetRequiredService<FrameIntake>().Receive(Eth0, LinkType.Ethernet, frame, TimeProvider.System.GetUtcNow());

    /// <summary>It hears what it is told to hear.</summary>
    public IReadOnlyList<Nic> List() => [];

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _connection.Dispose();
    }
}
