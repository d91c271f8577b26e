using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KubeWol.ControllerRuntime.Tests.Cluster;

/// <summary>Whom a connection trusts, and how it says who it is.</summary>
public sealed class ClusterConnectionTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly X509Certificate2 _ca = Certificates.Authority("cluster CA");
    private ScriptedServer? _server;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
        _ca.Dispose();
    }

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    public async Task A_server_that_proves_its_name_to_the_ca_is_spoken_to_in_the_best_protocol_it_has(HttpProtocols protocols, string spoken)
    {
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"), protocols: protocols);

        var request = await AskAsync(Trusting(_ca));

        Assert.Equal((spoken, "/version", "Bearer abc"), (request.Protocol, request.Target, request.Headers["Authorization"]));
    }

    [Theory]
    [InlineData("kubernetes.default.svc")]
    [InlineData("127.0.0.2")]
    [InlineData("localhost")]
    public async Task A_server_of_another_name_is_refused_though_the_right_ca_signed(string name)
    {
        await StartAsync(_ca.Leaf("apiserver", name));

        await AssertRefusedAsync(Trusting(_ca), "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task The_name_to_expect_may_be_given()
    {
        await StartAsync(_ca.Leaf("apiserver", "kubernetes.default.svc"));

        await AskAsync([.. Trusting(_ca), "tls-server-name: kubernetes.default.svc"]);
    }

    [Fact]
    public async Task The_name_to_expect_replaces_the_one_in_the_address()
    {
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync([.. Trusting(_ca), "tls-server-name: kubernetes.default.svc"], "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task A_server_that_an_unknown_ca_signed_is_refused()
    {
        using var stranger = Certificates.Authority("another CA");
        await StartAsync(stranger.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync(Trusting(_ca), "certificate chain");
    }

    [Fact]
    public async Task A_ca_of_the_same_name_but_another_key_is_another_ca()
    {
        using var stranger = _ca.Impostor();
        await StartAsync(stranger.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync(Trusting(_ca), "certificate chain");
    }

    [Fact]
    public async Task Without_a_ca_of_its_own_a_kubeconfig_trusts_whom_the_system_trusts()
    {
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync([], "certificate chain");
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused()
    {
        await StartAsync(_ca.Expired("127.0.0.1"));

        await AssertRefusedAsync(Trusting(_ca), "certificate chain");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task While_a_ca_is_rotated_every_certificate_of_the_bundle_counts(int place)
    {
        using var old = Certificates.Authority("old CA");
        using var older = Certificates.Authority("cluster CA"); // the same name: only the key tells them apart
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));
        List<X509Certificate2> bundle = [old, older];
        bundle.Insert(place, _ca);

        await AskAsync(Trusting([.. bundle]));
    }

    [Fact]
    public async Task An_intermediate_that_the_server_sends_links_it_to_the_ca()
    {
        using var intermediate = _ca.Intermediate("intermediate CA");
        await StartAsync(intermediate.Leaf("apiserver", "127.0.0.1"), [intermediate]);

        await AskAsync(Trusting(_ca));
    }

    [Fact]
    public async Task An_intermediate_that_nobody_sends_is_missed()
    {
        using var intermediate = _ca.Intermediate("intermediate CA");
        await StartAsync(intermediate.Leaf("apiserver", "127.0.0.1"));

        await AssertRefusedAsync(Trusting(_ca), "certificate chain");
    }

    [Fact]
    public async Task A_bundle_may_hold_an_intermediate_and_nothing_above_it()
    {
        using var intermediate = _ca.Intermediate("intermediate CA");
        await StartAsync(intermediate.Leaf("apiserver", "127.0.0.1"));

        await AskAsync(Trusting(intermediate));
    }

    [Fact]
    public async Task Trust_in_an_intermediate_does_not_extend_to_other_names()
    {
        using var intermediate = _ca.Intermediate("intermediate CA");
        await StartAsync(intermediate.Leaf("apiserver", "elsewhere"));

        await AssertRefusedAsync(Trusting(intermediate), "rejected");
    }

    [Fact]
    public async Task Trust_in_an_intermediate_does_not_extend_to_its_root_or_to_another_branch()
    {
        using var intermediate = _ca.Intermediate("intermediate CA");
        using var sibling = _ca.Intermediate("another CA");
        await StartAsync(sibling.Leaf("apiserver", "127.0.0.1"), [sibling]);

        await AssertRefusedAsync(Trusting(intermediate), "rejected");
    }

    [Fact]
    public async Task A_certificate_that_only_claims_to_come_from_the_intermediate_of_the_bundle_is_refused()
    {
        using var intermediate = _ca.Intermediate("intermediate CA");
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
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);

        Assert.Equal("HTTP/1.1", (await AskAsync([])).Protocol);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_server_may_be_one_of_many_below_a_path(string end)
    {
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        using var connection = _folder.Open(_folder.WriteKubeconfig(new Uri(_server.Address, $"/k8s/clusters/c-1{end}")));

        var request = await AskAsync(connection);

        Assert.Equal("/k8s/clusters/c-1/version", request.Target);
    }

    [Fact]
    public async Task A_client_certificate_is_presented_from_the_data_in_the_kubeconfig()
    {
        using var client = _ca.Leaf("an operator");
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));

        var request = await AskAsync(Trusting(_ca), ClientData(Certificates.Pem(client), client.KeyPem()));

        Assert.Equal("CN=an operator", request.ClientCertificate);
        Assert.False(request.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_client_certificate_comes_with_its_intermediates()
    {
        using var intermediate = _ca.Intermediate("intermediate CA");
        using var client = intermediate.Leaf("an operator");
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));

        await AskAsync(Trusting(_ca), ClientData(Certificates.Pem(client, intermediate), client.KeyPem()));

        Assert.Contains("CN=intermediate CA", _server!.ClientSent);
    }

    [Fact]
    public async Task Files_are_looked_for_beside_the_kubeconfig()
    {
        using var client = _ca.Leaf("an operator");
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));
        _folder.Write("pki/ca.crt", Certificates.Pem(_ca));
        _folder.Write("pki/client.crt", Certificates.Pem(client));
        _folder.Write("pki/client.key", client.KeyPem());

        var request = await AskAsync(["certificate-authority: pki/ca.crt"], ["client-certificate: pki/client.crt", "client-key: ./pki/client.key"]);

        Assert.Equal("CN=an operator", request.ClientCertificate);
    }

    [Fact]
    public async Task A_user_name_and_a_password_are_presented()
    {
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);

        Assert.Equal("Basic dTpw", (await AskAsync([], ["username: u", "password: p"])).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_plugin_gives_the_token_and_is_asked_again_when_it_has_expired()
    {
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        var plugin = _folder.WriteScript("plugin", $$$"""
            { printf '[%s]' "$@" "$REGION"; echo; } >> {{{_folder.Path}}}/calls
            n=$(wc -c < {{{_folder.Path}}}/calls)
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-'$n'","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
            """);
        using var connection = _folder.Open(_folder.WriteKubeconfig(_server.Address, user: Plugin(plugin)));

        var first = (await AskAsync(connection)).Headers["Authorization"];
        var second = (await AskAsync(connection)).Headers["Authorization"];

        Assert.StartsWith("Bearer token-", first, StringComparison.Ordinal);
        Assert.NotEqual(first, second);
        Assert.All(File.ReadAllLines(Path.Combine(_folder.Path, "calls")), line => Assert.Equal("""[get][--cluster][my cluster][][a"b][c\][d\"e f\\][{"g":"h"}][eu]""", line));
    }

    [Fact]
    public async Task A_token_of_a_plugin_that_has_not_expired_is_used_again()
    {
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        var plugin = _folder.WriteScript("plugin", $$$"""
            echo x >> {{{_folder.Path}}}/calls
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"2999-01-01T00:00:00Z"}}'
            """);
        using var connection = _folder.Open(_folder.WriteKubeconfig(_server.Address, user: Plugin(plugin)));
        for (var i = 0; i < 4; i++) Assert.Equal("Bearer abc", (await AskAsync(connection)).Headers["Authorization"]);

        Assert.InRange(File.ReadAllLines(Path.Combine(_folder.Path, "calls")).Length, 1, 2);
    }

    [Fact]
    public async Task A_plugin_that_fails_later_is_a_failure_of_that_request()
    {
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        var plugin = _folder.WriteScript("plugin", """
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
            """);
        using var connection = _folder.Open(_folder.WriteKubeconfig(_server.Address, user: Plugin(plugin)));
        await AskAsync(connection);
        File.Delete(plugin);

        var e = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));

        Assert.StartsWith("no credentials for http://127.0.0.1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_gives_a_client_certificate()
    {
        using var client = _ca.Leaf("an operator");
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));
        var answer = $$"""{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientCertificateData":{{Json(Certificates.Pem(client))}},"clientKeyData":{{Json(client.KeyPem())}}""" + "}}";
        var plugin = _folder.WriteScript("plugin", $"cat {_folder.Write("answer.json", answer)}");

        var request = await AskAsync(Trusting(_ca), Plugin(plugin));

        Assert.Equal("CN=an operator", request.ClientCertificate);
    }

    [Fact]
    public async Task A_plugin_is_looked_for_beside_the_kubeconfig_when_its_name_is_a_path()
    {
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        _folder.WriteScript("bin/plugin", """
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc"}}'
            """);

        Assert.Equal("Bearer abc", (await AskAsync([], Plugin("./bin/plugin"))).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_pod_finds_its_server_its_ca_its_token_and_its_namespace()
    {
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));
        MountServiceAccount();
        using var connection = _folder.Open();

        var request = await AskAsync(connection);

        Assert.Equal(("Bearer first", "team-b", "HTTP/2"), (request.Headers["Authorization"], connection.Namespace, request.Protocol));
    }

    [Fact]
    public async Task A_pod_checks_the_name_of_its_server_too()
    {
        await StartAsync(_ca.Leaf("apiserver", "elsewhere"));
        MountServiceAccount();
        using var connection = _folder.Open();

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));
    }

    [Fact]
    public async Task A_pod_reads_its_token_again_every_minute_because_it_is_rotated()
    {
        await StartAsync(_ca.Leaf("apiserver", "127.0.0.1"));
        MountServiceAccount();
        var time = new StillTime();
        using var connection = _folder.Open(time: time);
        Assert.Equal("Bearer first", (await AskAsync(connection)).Headers["Authorization"]);
        _folder.Write("account/token", "second\n");

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("Bearer first", (await AskAsync(connection)).Headers["Authorization"]);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Bearer second", (await AskAsync(connection)).Headers["Authorization"]);

        File.Delete(Path.Combine(_folder.Path, "account/token"));
        time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));
    }

    [Fact]
    public void The_address_of_a_pods_server_may_be_ipv6_and_its_port_may_be_left_out()
    {
        MountServiceAccount();
        _folder.Environment["KUBERNETES_SERVICE_HOST"] = "fd00::1";
        _folder.Environment.Remove("KUBERNETES_SERVICE_PORT");
        using var connection = _folder.Open();

        Assert.Equal("https://[fd00::1]/", connection.Server.AbsoluteUri);
    }

    [Fact]
    public async Task A_redirection_is_not_followed_so_that_no_token_goes_astray()
    {
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        using var connection = _folder.Open(_folder.WriteKubeconfig(_server.Address));
        var answer = SendAsync(connection);
        await (await _server.NextAsync()).AnswerAsync(307, "", headers: [("Location", "/elsewhere")]);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, await answer);
        Assert.False(_server.HasNext);
    }

    [Fact]
    public async Task A_server_that_accepts_and_never_speaks_is_a_timeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var connection = _folder.Open(_folder.WriteKubeconfig(new Uri($"https://{silent.LocalEndpoint}")), patience: new() { Connect = TimeSpan.FromMilliseconds(50) });

        Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<TimeoutException>(() => SendAsync(connection))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_refuses_is_a_broken_connection()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var connection = _folder.Open(_folder.WriteKubeconfig(new Uri($"https://{reserved.LocalEndPoint}")));

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
        using var connection = _folder.Open(_folder.WriteKubeconfig(new Uri($"http://{rude.LocalEndpoint}")));

        for (var i = 0; i < 500; i++) await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));

        rude.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => resetting.SoonAsync());
    }

    private async Task StartAsync(X509Certificate2 certificate, X509Certificate2Collection? chain = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2) =>
        _server = await ScriptedServer.StartAsync(certificate, chain, protocols);

    private void MountServiceAccount()
    {
        var token = _folder.Write("account/token", "first\n");
        _folder.Write("account/ca.crt", Certificates.Pem(_ca));
        _folder.Write("account/namespace", "team-b\n");
        _folder.Environment["KUBEWOL_SERVICE_ACCOUNT_DIR"] = Path.GetDirectoryName(token)!;
        _folder.Environment["KUBERNETES_SERVICE_HOST"] = "127.0.0.1";
        _folder.Environment["KUBERNETES_SERVICE_PORT"] = $"{_server?.Address.Port}";
    }

    private static string[] Trusting(params X509Certificate2[] authorities) => [$"certificate-authority-data: {Base64(Certificates.Pem(authorities))}"];

    private static string[] ClientData(string certificate, string key) => [$"client-certificate-data: {Base64(certificate)}", $"client-key-data: {Base64(key)}"];

    private static string[] Plugin(string command) =>
    [
        $"""
        exec:
          apiVersion: client.authentication.k8s.io/v1
          command: {command}
          args: [get, --cluster, my cluster, '', 'a"b', 'c\', 'd\"e f\\', '{"{"}"g":"h"{"}"}']
          env:
          - name: REGION
            value: eu
          interactiveMode: Never
        """,
    ];

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static string Json(string text) => "\"" + text.Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private static async Task<HttpStatusCode> SendAsync(ClusterConnection connection)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/version");
        using var response = await connection.SendAsync(request, Bounded.Test).SoonAsync();
        return response.StatusCode;
    }

    private async Task<Exchange> AskAsync(ClusterConnection connection)
    {
        var answer = SendAsync(connection);
        var arrival = _server!.NextAsync();
        if (await Task.WhenAny(answer, arrival) == answer) await answer; // throws what went wrong
        await (await arrival).AnswerAsync(200, "{}");
        Assert.Equal(HttpStatusCode.OK, await answer);
        return await arrival;
    }

    private async Task<Exchange> AskAsync(string[] cluster, string[]? user = null)
    {
        using var connection = _folder.Open(_folder.WriteKubeconfig(_server!.Address, cluster, user));
        return await AskAsync(connection);
    }

    private async Task AssertRefusedAsync(string[] cluster, string why)
    {
        using var connection = _folder.Open(_folder.WriteKubeconfig(_server!.Address, cluster));
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));
        Assert.StartsWith("no secure connection to https://127.0.0.1", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.False(_server.HasNext); // and nothing, least of all the token, was sent
    }
}
