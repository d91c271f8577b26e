using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>An HTTP server that does nothing by itself: each request waits, in the order of arrival, for the test to answer it.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Channel<Exchange> _arrived = Channel.CreateUnbounded<Exchange>();
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>The certificates that came with the last client certificate, itself included.</summary>
    public string[] ClientSent { get; private set; } = [];

    /// <summary>Starts on a free port; speaks TLS when a certificate is given, and then takes client certificates of any sort.</summary>
    public static async Task<ScriptedServer> StartAsync(X509Certificate2? certificate = null, X509Certificate2Collection? chain = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        var builder = WebApplication.CreateSlimBuilder();
        ScriptedServer? server = null;
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (certificate is null) return;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ServerCertificateChain = chain,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (leaf, sent, _) =>
                {
                    server!.ClientSent = [leaf.Subject, .. sent?.ChainPolicy.ExtraStore.Select(c => c.Subject) ?? []];
                    return true;
                },
            });
        }));
        builder.Logging.ClearProviders();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        server = new ScriptedServer(builder.Build());
        server._app.Run(async context =>
        {
            var exchange = await Exchange.ReadAsync(context);
            server._arrived.Writer.TryWrite(exchange);
            await exchange.Finished;
        });
        await server._app.StartAsync(Bounded.Test);
        server.Address = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    /// <summary>The next request, as soon as it is there.</summary>
    public Task<Exchange> NextAsync() => _arrived.Reader.ReadAsync(Bounded.Test).SoonAsync();

    /// <summary>Whether a request waits for an answer.</summary>
    public bool HasNext => _arrived.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
