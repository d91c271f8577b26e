using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KubeWol.ControllerRuntime.Tests.Cluster;

/// <summary>Whom a connection trusts, and what it makes of a server that is rude, silent or gone.</summary>
public sealed class ClusterConnectionTests : ConnectionTestBase
{
    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    public async Task A_server_that_proves_its_name_to_the_ca_is_spoken_to_in_the_best_protocol_it_has(HttpProtocols protocols, string spoken)
    {
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"), protocols: protocols);

        var request = await AskAsync(Trusting(Ca));

        Assert.Equal((spoken, "/version", "Bearer abc"), (request.Protocol, request.Target, request.Headers["Authorization"]));
    }

    [Theory]
    [InlineData("kubernetes.default.svc")]
    [InlineData("127.0.0.2")]
    [InlineData("localhost")]
    public async Task A_server_of_another_name_is_refused_though_the_right_ca_signed(string name)
    {
        await StartAsync(Ca.Leaf("apiserver", name));

        await AssertRefusedAsync(Trusting(Ca), "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task The_name_to_expect_may_be_given()
    {
        await StartAsync(Ca.Leaf("apiserver", "kubernetes.default.svc"));

        await AskAsync([.. Trusting(Ca), "tls-server-name: kubernetes.default.svc"]);
    }

    [Fact]
    public async Task The_name_to_expect_replaces_the_one_in_the_address()
    {
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync([.. Trusting(Ca), "tls-server-name: kubernetes.default.svc"], "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task A_server_that_an_unknown_ca_signed_is_refused()
    {
        using var stranger = Certificates.Authority("another CA");
        await StartAsync(stranger.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync(Trusting(Ca), "certificate chain");
    }

    [Fact]
    public async Task A_ca_of_the_same_name_but_another_key_is_another_ca()
    {
        using var stranger = Ca.Impostor();
        await StartAsync(stranger.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync(Trusting(Ca), "certificate chain");
    }

    [Fact]
    public async Task Without_a_ca_of_its_own_a_kubeconfig_trusts_whom_the_system_trusts()
    {
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync([], "certificate chain");
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused()
    {
        await StartAsync(Ca.Expired("127.0.0.1"));

        await AssertRefusedAsync(Trusting(Ca), "certificate chain");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task While_a_ca_is_rotated_every_certificate_of_the_bundle_counts(int place)
    {
        using var old = Certificates.Authority("old CA");
        using var older = Certificates.Authority("cluster CA"); // the same name: only the key tells them apart
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));
        List<X509Certificate2> bundle = [old, older];
        bundle.Insert(place, Ca);

        await AskAsync(Trusting([.. bundle]));
    }

    [Fact]
    public async Task An_intermediate_that_the_server_sends_links_it_to_the_ca()
    {
        using var intermediate = Ca.Intermediate("intermediate CA");
        await StartAsync(intermediate.Leaf("apiserver", "127.0.0.1"), [intermediate]);

        await AskAsync(Trusting(Ca));
    }

    [Fact]
    public async Task An_intermediate_that_nobody_sends_is_missed()
    {
        using var intermediate = Ca.Intermediate("intermediate CA");
        await StartAsync(intermediate.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync(Trusting(Ca), "certificate chain");
    }

    [Fact]
    public async Task A_bundle_may_hold_an_intermediate_and_nothing_above_it()
    {
        using var intermediate = Ca.Intermediate("intermediate CA");
        await StartAsync(intermediate.Leaf("apiserver", "127.0.0.1"));

        await AskAsync(Trusting(intermediate));
    }

    [Fact]
    public async Task Trust_in_an_intermediate_does_not_extend_to_other_names()
    {
        using var intermediate = Ca.Intermediate("intermediate CA");
        await StartAsync(intermediate.Leaf("apiserver", "elsewhere"));

        await AssertRefusedAsync(Trusting(intermediate), "rejected");
    }

    [Fact]
    public async Task Trust_in_an_intermediate_does_not_extend_to_its_root_or_to_another_branch()
    {
        using var intermediate = Ca.Intermediate("intermediate CA");
        using var sibling = Ca.Intermediate("another CA");
        await StartAsync(sibling.Leaf("apiserver", "127.0.0.1"), [sibling]);

        await AssertRefusedAsync(Trusting(intermediate), "rejected");
    }

    [Fact]
    public async Task A_certificate_that_only_claims_to_come_from_the_intermediate_of_the_bundle_is_refused()
    {
        using var intermediate = Ca.Intermediate("intermediate CA");
        using var impostor = intermediate.Impostor();
        await StartAsync(impostor.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync(Trusting(intermediate), "rejected");
    }

    [Fact]
    public async Task Nothing_is_checked_where_the_kubeconfig_says_so()
    {
        await StartAsync(Certificates.SelfSigned("elsewhere"));

        await AskAsync(["insecure-skip-tls-verify: true"]);
    }

    [Fact]
    public async Task A_connection_without_tls_is_possible_as_through_kubectl_proxy()
    {
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);

        Assert.Equal("HTTP/1.1", (await AskAsync([])).Protocol);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_server_may_be_one_of_many_below_a_path(string end)
    {
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        using var connection = Folder.Open(Folder.WriteKubeconfig(new Uri(Server.Address, $"/k8s/clusters/c-1{end}")));

        var request = await AskAsync(connection);

        Assert.Equal("/k8s/clusters/c-1/version", request.Target);
    }

    [Fact]
    public async Task A_redirection_is_not_followed_so_that_no_token_goes_astray()
    {
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        using var connection = Folder.Open(Folder.WriteKubeconfig(Server.Address));
        var answer = SendAsync(connection);
        await (await Server.NextAsync()).AnswerAsync(307, "", headers: [("Location", "/elsewhere")]);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, await answer);
        Assert.False(Server.HasNext);
    }

    [Fact]
    public async Task A_server_that_accepts_and_never_speaks_is_a_timeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var connection = Folder.Open(Folder.WriteKubeconfig(new Uri($"https://{silent.LocalEndpoint}")), patience: new() { Connect = TimeSpan.FromMilliseconds(50) });

        Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<TimeoutException>(() => SendAsync(connection))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_refuses_is_a_broken_connection()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var connection = Folder.Open(Folder.WriteKubeconfig(new Uri($"https://{reserved.LocalEndPoint}")));

        Assert.Equal(HttpRequestError.ConnectionError, (await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection))).HttpRequestError);
    }

    [Fact]
    public async Task A_server_that_resets_connections_at_any_moment_is_a_broken_connection_every_time()
    {
        using var rude = new TcpListener(IPAddress.Loopback, 0);
        rude.Start();
        var resetting = Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var client = await rude.AcceptSocketAsync(Bounded.Test);
                Thread.SpinWait(i % 100 * 20);
                client.Close(0);
            }
        }, Bounded.Test);
        using var connection = Folder.Open(Folder.WriteKubeconfig(new Uri($"http://{rude.LocalEndpoint}")));

        for (var i = 0; i < 500; i++) await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));

        rude.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => resetting.SoonAsync());
    }

    private async Task AssertRefusedAsync(string[] cluster, string why)
    {
        using var connection = Folder.Open(Folder.WriteKubeconfig(Server!.Address, cluster));
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));
        Assert.StartsWith("no secure connection to https://127.0.0.1", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.False(Server.HasNext); // and nothing, least of all the token, was sent
    }
}
