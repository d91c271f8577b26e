using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using KubeWol.TestCluster.ApiServers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace KubeWol.FaultProxy;

/// <summary>
/// Stands between clients and an API server, on a loopback port of its own and with a certificate of the same authority, and passes everything on
/// (HTTP/2, watches unbuffered) but for the faults it is told to inject: by rule, and at random by seed.
/// </summary>
public sealed class ApiProxy : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly FaultBook _book = new();
    private CancellationTokenSource _watches = new();
    private readonly ConcurrentDictionary<ClientLink, bool> _links = new();
    private readonly HttpMessageInvoker _upstream;
    private readonly X509Certificate2 _certificate;
    private readonly WebApplication _app;
    private readonly IHttpForwarder _forwarder;
    private readonly ForwarderRequestConfig _forwarding = new() { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower, ActivityTimeout = Timeout.InfiniteTimeSpan };

    private ApiProxy(Uri server, CertificateAuthority authority, int port)
    {
        _server = server;
        Address = new Uri($"https://127.0.0.1:{port}");
        _upstream = new(Upstream(authority));
        _certificate = authority.IssueServer().ToCertificate();
        _app = Build(port);
        _forwarder = _app.Services.GetRequiredService<IHttpForwarder>();
        _app.Run(ServeAsync);
    }

    /// <summary>Where clients find it.</summary>
    public Uri Address { get; }

    /// <summary>While true, whoever connects is reset at once, and so is every request on connections there are: the server is away.</summary>
    public bool IsAway { get; set; }

    /// <summary>How many calls came, by caller and name.</summary>
    public IReadOnlyDictionary<(string Caller, string Call), int> Calls => _book.Calls;

    /// <summary>What was injected, by caller, call and kind.</summary>
    public IReadOnlyList<FaultCount> Injected => _book.Injected;

    /// <summary>The writes that reached the API server, in the order of its answers, and what it said, whatever their callers were told.</summary>
    public IReadOnlyList<AnsweredWrite> Writes => _book.Writes;

    public static async Task<ApiProxy> StartAsync(Uri server, CertificateAuthority authority, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var proxy = new ApiProxy(server, authority, LoopbackPorts.Pick());
            try
            {
                await proxy._app.StartAsync(cancellationToken);
                return proxy;
            }
            catch (IOException e) when (attempt < 3 && e.InnerException is AddressInUseException)
            {
                // Somebody took the port between the look and the start: once more, with another.
                await proxy.DisposeAsync();
            }
        }
    }

    /// <summary>Injects a fault from now on, until the rule is disposed of or has been used up. The oldest rule that matches a call has it.</summary>
    public ActiveRule Add(FaultRule rule) => _book.Add(rule);

    /// <summary>Injects faults at random from now on: the same seed gives the same fault to the same caller's n-th call of a name. Null rates end it.</summary>
    public void InjectAtRandom(int seed, FaultRates? rates) => _book.Draw(seed, rates);

    /// <summary>Resets every connection there is.</summary>
    public void ResetConnections()
    {
        foreach (var link in _links.Keys) link.Reset();
    }

    /// <summary>Ends every watch there is in good order, as an API server does whose timeout for them has passed.</summary>
    public void EndWatches() => Interlocked.Exchange(ref _watches, new()).Cancel();

    /// <summary>Lets nothing more pass on the connections there are, without ending them; new ones work.</summary>
    public void FreezeConnections()
    {
        foreach (var link in _links.Keys) link.Freeze();
    }

    public async ValueTask DisposeAsync()
    {
        ResetConnections();
        await _app.DisposeAsync();
        _upstream.Dispose();
        _watches.Dispose();
        _certificate.Dispose();
    }

    private static SocketsHttpHandler Upstream(CertificateAuthority authority) => new()
    {
        EnableMultipleHttp2Connections = true,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        SslOptions = new()
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority.Certificate }, RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    private WebApplication Build(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1_000;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(next => connection => CarryAsync(connection, next));
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = _certificate });
            });
        });
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddHttpForwarder();
        return builder.Build();
    }

    private async Task CarryAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (IsAway)
        {
            connection.Abort();
            return;
        }

        var link = new ClientLink(connection);
        _links[link] = true;
        try
        {
            connection.Transport = link;
            connection.Features.Set(link);
            await next(connection);
        }
        finally
        {
            _links.TryRemove(link, out _);
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        var link = context.Features.Get<ClientLink>()!;
        if (IsAway)
        {
            link.Reset();
            return;
        }

        var call = ApiCall.Of(context.Request, await BodyAsync(context.Request, context.RequestAborted));
        var injection = _book.Decide(call);
        try
        {
            if (injection is null || !await ReplaceAsync(context, link, call, injection)) await PassOnAsync(context, link, call, injection);
        }
        finally
        {
            injection?.End();
        }
    }

    private async Task PassOnAsync(HttpContext context, ClientLink link, ApiCall call, Injection? injection)
    {
        var error = await _forwarder.SendAsync(context, _server.GetLeftPart(UriPartial.Authority), _upstream, _forwarding, new AnswerFaults(call, injection, _book, Volatile.Read(ref _watches).Token));
        // Not a 502 of ours: a server that is away or dies under a request answers nothing.
        if (error != ForwarderError.None && !context.RequestAborted.IsCancellationRequested) link.Reset();
    }

    /// <summary>Reads what a write brings, and leaves it to be passed on.</summary>
    private static async Task<string> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Method == "GET") return "";
        request.EnableBuffering();
        using var reader = new StreamReader(request.Body, leaveOpen: true);
        var text = await reader.ReadToEndAsync(cancellationToken);
        request.Body.Position = 0;
        return text;
    }

    /// <summary>Does what goes wrong before the API server hears of the request; true where it never does.</summary>
    private static async Task<bool> ReplaceAsync(HttpContext context, ClientLink link, ApiCall call, Injection injection)
    {
        switch (injection.Fault.Kind)
        {
            case FaultKind.Slow:
                injection.Done();
                await Task.Delay(injection.Fault.Delay, context.RequestAborted);
                return false;
            case FaultKind.NoAnswer:
                injection.Done();
                await context.LeftByClientAsync();
                return true;
            case FaultKind.HalfOpen:
                injection.Done();
                link.Freeze();
                return true;
            case FaultKind.Reset:
                injection.Done();
                context.Abort();
                return true;
            case FaultKind.Disconnect:
                injection.Done();
                link.Reset();
                return true;
            case FaultKind.ResetAfter or FaultKind.NoAnswerAfter or FaultKind.GatewayTimeoutAfter or FaultKind.Truncated or FaultKind.CutEvent:
                return false;
            default:
                injection.Done();
                await Refusal.WriteAsync(context, injection.Fault, call);
                return true;
        }
    }
}
