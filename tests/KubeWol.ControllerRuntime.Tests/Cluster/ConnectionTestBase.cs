using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KubeWol.ControllerRuntime.Tests.Cluster;

/// <summary>A cluster's CA, a server that has a certificate of it or not, and kubeconfigs that lead there.</summary>
public abstract class ConnectionTestBase : IAsyncLifetime
{
    private protected TestFolder Folder { get; } = new();

    private protected X509Certificate2 Ca { get; } = Certificates.Authority("cluster CA");

    private protected ScriptedServer? Server { get; set; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
        Folder.Dispose();
        Ca.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task StartAsync(X509Certificate2 certificate, X509Certificate2Collection? chain = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2) =>
        Server = await ScriptedServer.StartAsync(certificate, chain, protocols);

    private protected static string[] Trusting(params X509Certificate2[] authorities) => [$"certificate-authority-data: {Base64(Certificates.Pem(authorities))}"];

    private protected static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private protected static async Task<HttpStatusCode> SendAsync(ClusterConnection connection)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/version");
        using var response = await connection.SendAsync(request, Bounded.Test).SoonAsync();
        return response.StatusCode;
    }

    private protected async Task<Exchange> AskAsync(ClusterConnection connection)
    {
        var answer = SendAsync(connection);
        var arrival = Server!.NextAsync();
        if (await Task.WhenAny(answer, arrival) == answer) await answer; // throws what went wrong
        await (await arrival).AnswerAsync(200, "{}");
        Assert.Equal(HttpStatusCode.OK, await answer);
        return await arrival;
    }

    private protected async Task<Exchange> AskAsync(string[] cluster, string[]? user = null)
    {
        using var connection = Folder.Open(Folder.WriteKubeconfig(Server!.Address, cluster, user));
        return await AskAsync(connection);
    }
}
