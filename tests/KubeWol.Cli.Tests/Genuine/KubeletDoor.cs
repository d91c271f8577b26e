using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestBed;
using KubeWol.TestCluster.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace KubeWol.Cli.Tests.Genuine;

/// <summary>
/// A door before the API server that forwards ports of pods, as the kubelet does that our cluster does not have (pkg/kubelet/cri/streaming/portforward);
/// everything else goes through to the API server as it is, with an administrator's credentials.
/// </summary>
internal sealed class KubeletDoor : IAsyncDisposable
{
    private const string Protocol = "v4.channel.k8s.io";
    private readonly WebApplication _app;
    private readonly ClusterConnection _server;
    private readonly Func<string, NetworkNamespace?> _pods;

    private KubeletDoor(WebApplication app, ClusterConnection server, Func<string, NetworkNamespace?> pods) => (_app, _server, _pods) = (app, server, pods);

    /// <summary>A kubeconfig that leads through the door.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <param name="cluster">What is behind it.</param>
    /// <param name="pods">Where each pod's network is; null for one that has none.</param>
    public static async Task<KubeletDoor> OpenAsync(Cluster cluster, Func<string, NetworkNamespace?> pods)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var door = new KubeletDoor(builder.Build(), ClusterConnection.Open(cluster.AdminKubeconfig), pods);
        door._app.UseWebSockets();
        door._app.Run(door.ServeAsync);
        await door._app.StartAsync(TestContext.Current.CancellationToken);
        door.Kubeconfig = cluster.WriteFile($"door-{Guid.NewGuid():N}.kubeconfig", $$"""
            apiVersion: v1
            kind: Config
            current-context: door
            contexts: [{name: door, context: {cluster: door} }]
            clusters: [{name: door, cluster: {server: "{{door._app.Urls.Single()}}"} }]
            """);
        return door;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _server.Dispose();
    }

    private Task ServeAsync(HttpContext context) => context.Request.Path.Value!.Split('/') switch
    {
        ["", "api", "v1", "namespaces", Installation.Namespace, "pods", var pod, "portforward"] => ForwardAsync(context, pod),
        _ => PassAsync(context),
    };

    private async Task PassAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.GetEncodedPathAndQuery());
        if (body.Length > 0) request.Content = new ByteArrayContent(body.ToArray()) { Headers = { { "Content-Type", context.Request.ContentType } } };
        using var answer = await _server.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task ForwardAsync(HttpContext context, string pod)
    {
        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) || _pods(pod) is not { } ns)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var port = ushort.Parse(context.Request.Query["ports"].Single()!, null);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(Protocol);
        var greeting = new byte[3];
        BinaryPrimitives.WriteUInt16LittleEndian(greeting.AsSpan(1), port);
        for (byte channel = 0; channel < 2; channel++)
        {
            greeting[0] = channel;
            await socket.SendAsync(greeting, WebSocketMessageType.Binary, true, context.RequestAborted);
        }

        using var connection = ns.CreateSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await connection.ConnectAsync(IPAddress.Loopback, port, context.RequestAborted);
            await Task.WhenAny(InAsync(socket, connection, context.RequestAborted), OutAsync(socket, connection, context.RequestAborted));
        }
        catch (SocketException e)
        {
            await socket.SendAsync((byte[])[1, .. System.Text.Encoding.UTF8.GetBytes(e.Message)], WebSocketMessageType.Binary, true, context.RequestAborted);
        }

        if (socket.State == WebSocketState.Open) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
    }

    private static async Task InAsync(WebSocket socket, Socket connection, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        while (await socket.ReceiveAsync(buffer, cancellationToken) is { MessageType: WebSocketMessageType.Binary } message) await connection.SendAsync(buffer.AsMemory(1, message.Count - 1), cancellationToken);
    }

    private static async Task OutAsync(WebSocket socket, Socket connection, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 << 10]; // as io.Copy has it
        while (await connection.ReceiveAsync(buffer.AsMemory(1), cancellationToken) is > 0 and var count) await socket.SendAsync(buffer.AsMemory(0, count + 1), WebSocketMessageType.Binary, true, cancellationToken);
    }
}
