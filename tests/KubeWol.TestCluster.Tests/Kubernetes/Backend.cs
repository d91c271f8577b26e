using System.Security.Cryptography.X509Certificates;
using KubeWol.TestCluster.ApiServers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>An HTTPS server on the loopback for the API server to call.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Backend(WebApplication app) => _app = app;

    public static async Task<Backend> StartAsync(int port, CertificateAuthority authority, string serverName, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        using var pem = authority.IssueServer(serverName).ToCertificate();
        // A certificate straight from PEM has a key that Kestrel's TLS cannot share; through PKCS #12 it can.
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        builder.WebHost.UseKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        })));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new Backend(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
