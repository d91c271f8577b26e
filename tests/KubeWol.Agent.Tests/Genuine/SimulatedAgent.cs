using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Protocol;
using KubeWol.SkewedAgent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KubeWol.Agent.Tests.Genuine;

/// <summary>The whole agent but for its NICs, one of many in this process, on a node whose clock may be wrong.</summary>
internal sealed class SimulatedAgent : IAsyncDisposable
{
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);

    private readonly IHost _host;
    private readonly SkewedTime _time;

    private SimulatedAgent(ClusterConnection connection, string node, TimeSpan ahead)
    {
        (Node, _time) = (node, new SkewedTime(ahead));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddCluster(connection);
        builder.Services.AddAgent(Some.Options with { NodeName = node });
        builder.Services.AddSingleton<INicSource>(new FakeNics());
        _host = builder.Build();
    }

    public string Node { get; }

    /// <summary>What it makes of its clock.</summary>
    public ClusterClock Clock => _host.Services.GetRequiredService<ClusterClock>();

    /// <summary>Whom it has been told of.</summary>
    public Ranking Ranking => _host.Services.GetRequiredService<Instructions>().Ranking;

    /// <summary>Messages it has not dealt with yet.</summary>
    public int Pending => _host.Services.GetRequiredService<Outbox>().Count;

    public static async Task<SimulatedAgent> StartAsync(ClusterConnection connection, string node, TimeSpan ahead, CancellationToken cancellationToken)
    {
        var agent = new SimulatedAgent(connection, node, ahead);
        await agent._host.StartAsync(cancellationToken);
        return agent;
    }

    /// <summary>A frame arrives; its kernel dates it by the node's clock.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="at">When that is in truth.</param>
    public void Hear(byte[] frame, DateTimeOffset at) => _host.Services.GetRequiredService<FrameIntake>().Receive(Eth0, LinkType.Ethernet, frame, at + (_time.GetUtcNow() - TimeProvider.System.GetUtcNow()));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
