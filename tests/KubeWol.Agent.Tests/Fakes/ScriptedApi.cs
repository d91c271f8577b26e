using System.Globalization;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>An API server that does nothing by itself: each request waits, in the order of arrival, for the test to answer it. Only of ConfigMaps it says itself that there are none, or which.</summary>
internal sealed class ScriptedApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Exchange> _arrived = Channel.CreateUnbounded<Exchange>();

    private ScriptedApi(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Whether it says by itself that there is nothing where agents ask in order to learn the time.</summary>
    public bool TellsTime { get; private init; }

    /// <summary>What its list of ConfigMaps says, as JSON.</summary>
    public string ConfigMaps { get; set; } = "[]";

    /// <summary>Whether a request waits for its answer.</summary>
    public bool HasNext => _arrived.Reader.TryPeek(out _);

    /// <summary>Starts on a port of the loopback; 0 takes a free one.</summary>
    public static async Task<ScriptedApi> StartAsync(int port = 0, bool tellsTime = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        var api = new ScriptedApi(builder.Build()) { TellsTime = tellsTime };
        api._app.Run(api.ReceiveAsync);
        await api._app.StartAsync(TestContext.Current.CancellationToken);
        api.Address = new Uri(api._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return api;
    }

    /// <summary>A kubeconfig for a server without TLS.</summary>
    public static string Kubeconfig(Uri server) => $$"""
        {"apiVersion": "v1", "kind": "Config", "current-context": "c",
         "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"} }], "users": [{"name": "u", "user": {"token": "t"} }],
         "clusters": [{"name": "c", "cluster": {"server": "{{server}}"} }]}
        """;

    /// <summary>The next request, as soon as it is there.</summary>
    public Task<Exchange> NextAsync() => _arrived.Reader.ReadAsync(TestContext.Current.CancellationToken).SoonAsync();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        // Kestrel's own may be seconds old on a busy machine, and agents set their clocks by it; kube-apiserver's is that of the answer.
        context.Response.OnStarting(() =>
        {
            context.Response.Headers.Date = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        if (context.Request.Path.Value!.EndsWith("/configmaps", StringComparison.Ordinal))
        {
            if (!context.Request.Query.ContainsKey("watch")) await context.Response.WriteAsync($$"""{"metadata":{"resourceVersion":"1"},"items":{{ConfigMaps}}}""", context.RequestAborted);
            else await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var exchange = new Exchange(context, await reader.ReadToEndAsync(context.RequestAborted));
        if (TellsTime && context.Request.Path.Value.EndsWith("/kubewol-agent-clock", StringComparison.Ordinal))
        {
            await exchange.RefuseAsync(404, "NotFound");
            return;
        }

        _arrived.Writer.TryWrite(exchange);
        await exchange.Answered.WaitAsync(context.RequestAborted);
    }
}
