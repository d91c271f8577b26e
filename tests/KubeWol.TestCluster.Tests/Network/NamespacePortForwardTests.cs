using System.Net;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KubeWol.TestCluster.Tests.Network;

/// <summary>The ways between the machine's loopback and a namespace's.</summary>
public sealed class NamespacePortForwardTests(SharedCluster cluster) : IAsyncLifetime
{
    private NodeNetwork _network = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private NetworkNamespace Node => _network.Node("node-a").Namespace;

    public async ValueTask InitializeAsync() => _network = await NodeNetwork.CreateAsync(["node-a"], Cancel);

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_program_in_a_namespace_reaches_the_API_server_with_the_same_kubeconfig()
    {
        var kubectl = new ProcessSpec(cluster.Api.KubectlProgram, "--kubeconfig", cluster.Api.AdminKubeconfig, "--request-timeout=10s", "get", "--raw", "/readyz");
        Assert.Contains("refused", (await Node.RunAsync(kubectl, Cancel)).Error, StringComparison.Ordinal);

        await using var forward = NamespacePortForward.Start(Node, cluster.Api.Address.Port);

        Assert.Equal("ok", (await Node.RunAsync(kubectl, Cancel)).Checked);
    }

    [Fact]
    public async Task Cut_connections_break_and_new_ones_work()
    {
        await using var forward = NamespacePortForward.Start(Node, cluster.Api.Address.Port);
        using var client = cluster.Api.CreateHttpClient(null, NamespaceHttp.CreateHandler(Node));
        var streaming = new Uri("api/v1/namespaces?watch=1", UriKind.Relative);
        using var admin = cluster.Api.CreateAdminHttpClient(NamespaceHttp.CreateHandler(Node));
        await using var watch = await admin.GetStreamAsync(streaming, Cancel);

        forward.CutConnections();

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            var buffer = new byte[1 << 16];
            while (await watch.ReadAsync(buffer, Cancel) > 0) { }
        });
        Assert.Equal("ok", await client.GetStringAsync(new Uri("readyz", UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task A_target_that_is_away_is_a_broken_connection_and_not_a_hang()
    {
        var nobody = LoopbackPorts.Pick();
        await using var forward = NamespacePortForward.Start(Node, nobody);
        using var client = NamespaceHttp.CreateClient(Node);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{nobody}/"), Cancel));
    }

    [Fact]
    public async Task A_server_on_a_namespaces_loopback_answers_from_out_here()
    {
        using var listener = Node.CreateSocket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.ListenHandle((ulong)listener.Handle));
        await using var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("# metrics"));
        await app.StartAsync(Cancel);
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}/metrics");

        using var inside = NamespaceHttp.CreateClient(Node);
        using var outside = new HttpClient();

        Assert.Equal("# metrics", await inside.GetStringAsync(address, Cancel));
        await Assert.ThrowsAsync<HttpRequestException>(() => outside.GetAsync(address, Cancel));
    }
}
