using System.Net;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KubeWol.ControllerRuntime.Tests.Cluster;

/// <summary>How a connection says who it is: certificates, plugins, the service account of a pod.</summary>
public sealed class CredentialsTests : ConnectionTestBase
{
    [Fact]
    public async Task A_client_certificate_is_presented_from_the_data_in_the_kubeconfig()
    {
        using var client = Ca.Leaf("an operator");
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));

        var request = await AskAsync(Trusting(Ca), ClientData(Certificates.Pem(client), client.KeyPem()));

        Assert.Equal("CN=an operator", request.ClientCertificate);
        Assert.False(request.Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_client_certificate_comes_with_its_intermediates()
    {
        using var intermediate = Ca.Intermediate("intermediate CA");
        using var client = intermediate.Leaf("an operator");
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));

        await AskAsync(Trusting(Ca), ClientData(Certificates.Pem(client, intermediate), client.KeyPem()));

        Assert.Contains("CN=intermediate CA", Server!.ClientSent);
    }

    [Fact]
    public async Task Files_are_looked_for_beside_the_kubeconfig()
    {
        using var client = Ca.Leaf("an operator");
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));
        Folder.Write("pki/ca.crt", Certificates.Pem(Ca));
        Folder.Write("pki/client.crt", Certificates.Pem(client));
        Folder.Write("pki/client.key", client.KeyPem());

        var request = await AskAsync(["certificate-authority: pki/ca.crt"], ["client-certificate: pki/client.crt", "client-key: ./pki/client.key"]);

        Assert.Equal("CN=an operator", request.ClientCertificate);
    }

    [Fact]
    public async Task A_user_name_and_a_password_are_presented()
    {
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);

        Assert.Equal("Basic dTpw", (await AskAsync([], ["username: u", "password: p"])).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_plugin_gives_the_token_and_is_asked_again_when_it_has_expired()
    {
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        var plugin = Folder.WriteScript("plugin", $$$"""
            { printf '[%s]' "$@" "$REGION"; echo; } >> {{{Folder.Path}}}/calls
            n=$(wc -c < {{{Folder.Path}}}/calls)
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-'$n'","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
            """);
        using var connection = Folder.Open(Folder.WriteKubeconfig(Server.Address, user: Plugin(plugin)));

        var first = (await AskAsync(connection)).Headers["Authorization"];
        var second = (await AskAsync(connection)).Headers["Authorization"];

        Assert.StartsWith("Bearer token-", first, StringComparison.Ordinal);
        Assert.NotEqual(first, second);
        Assert.All(File.ReadAllLines(Path.Combine(Folder.Path, "calls")), line => Assert.Equal("""[get][--cluster][my cluster][][a"b][c\][d\"e f\\][{"g":"h"}][eu]""", line));
    }

    [Fact]
    public async Task A_token_of_a_plugin_that_has_not_expired_is_used_again()
    {
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        var plugin = Folder.WriteScript("plugin", $$$"""
            echo x >> {{{Folder.Path}}}/calls
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"2999-01-01T00:00:00Z"}}'
            """);
        using var connection = Folder.Open(Folder.WriteKubeconfig(Server.Address, user: Plugin(plugin)));
        for (var i = 0; i < 4; i++) Assert.Equal("Bearer abc", (await AskAsync(connection)).Headers["Authorization"]);

        Assert.InRange(File.ReadAllLines(Path.Combine(Folder.Path, "calls")).Length, 1, 2);
    }

    [Fact]
    public async Task A_plugin_that_fails_later_is_a_failure_of_that_request()
    {
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        var plugin = Folder.WriteScript("plugin", """
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
            """);
        using var connection = Folder.Open(Folder.WriteKubeconfig(Server.Address, user: Plugin(plugin)));
        await AskAsync(connection);
        File.Delete(plugin);

        var e = await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));

        Assert.StartsWith("no credentials for http://127.0.0.1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_gives_a_client_certificate()
    {
        using var client = Ca.Leaf("an operator");
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));
        var answer = $$"""{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientCertificateData":{{Json(Certificates.Pem(client))}},"clientKeyData":{{Json(client.KeyPem())}}""" + "}}";
        var plugin = Folder.WriteScript("plugin", $"cat {Folder.Write("answer.json", answer)}");

        var request = await AskAsync(Trusting(Ca), Plugin(plugin));

        Assert.Equal("CN=an operator", request.ClientCertificate);
    }

    [Fact]
    public async Task A_plugin_is_looked_for_beside_the_kubeconfig_when_its_name_is_a_path()
    {
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        Folder.WriteScript("bin/plugin", """
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc"}}'
            """);

        Assert.Equal("Bearer abc", (await AskAsync([], Plugin("./bin/plugin"))).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_pod_finds_its_server_its_ca_its_token_and_its_namespace()
    {
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));
        MountServiceAccount();
        using var connection = Folder.Open();

        var request = await AskAsync(connection);

        Assert.Equal(("Bearer first", "team-b", "HTTP/2"), (request.Headers["Authorization"], connection.Namespace, request.Protocol));
    }

    [Fact]
    public async Task A_pod_checks_the_name_of_its_server_too()
    {
        await StartAsync(Ca.Leaf("apiserver", "elsewhere"));
        MountServiceAccount();
        using var connection = Folder.Open();

        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));
    }

    [Fact]
    public async Task A_pod_reads_its_token_again_every_minute_because_it_is_rotated()
    {
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));
        MountServiceAccount();
        var time = new StillTime();
        using var connection = Folder.Open(time: time);
        Assert.Equal("Bearer first", (await AskAsync(connection)).Headers["Authorization"]);
        Folder.Write("account/token", "second\n");

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("Bearer first", (await AskAsync(connection)).Headers["Authorization"]);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Bearer second", (await AskAsync(connection)).Headers["Authorization"]);

        File.Delete(Path.Combine(Folder.Path, "account/token"));
        time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(connection));
    }

    [Fact]
    public async Task A_pods_token_that_is_refused_is_read_again_at_once_and_a_new_one_is_tried_at_once()
    {
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));
        MountServiceAccount();
        using var connection = Folder.Open(time: new StillTime());
        var client = new ClusterClient(connection, TimeProvider.System);
        Assert.Equal("Bearer first", (await AskAsync(connection)).Headers["Authorization"]);
        Folder.Write("account/token", "second\n");

        var writing = client.SendAsync(HttpMethod.Post, "/things", "{}"u8.ToArray(), null, Bounded.Test);
        await (await Server!.NextAsync()).RefuseAsync(401, "Unauthorized", "Unauthorized");
        var again = await Server.NextAsync();
        Assert.Equal(("POST", "/things", "{}", "Bearer second"), (again.Method, again.Target, again.Body, again.Headers["Authorization"]));
        await again.AnswerAsync(200, "{}");
        await writing.SoonAsync();
    }

    [Fact]
    public async Task A_pods_token_that_is_refused_and_has_not_been_replaced_is_not_tried_again()
    {
        await StartAsync(Ca.Leaf("apiserver", "127.0.0.1"));
        MountServiceAccount();
        using var connection = Folder.Open(time: new StillTime());

        var asking = new ClusterClient(connection, TimeProvider.System).SendAsync(HttpMethod.Get, "/things", null, null, Bounded.Test);
        await (await Server!.NextAsync()).RefuseAsync(401, "Unauthorized", "Unauthorized");
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<ApiException>(() => asking.SoonAsync())).StatusCode);
        Assert.False(Server.HasNext);
    }

    [Fact]
    public void The_address_of_a_pods_server_may_be_ipv6_and_its_port_may_be_left_out()
    {
        MountServiceAccount();
        Folder.Environment["KUBERNETES_SERVICE_HOST"] = "fd00::1";
        Folder.Environment.Remove("KUBERNETES_SERVICE_PORT");
        using var connection = Folder.Open();

        Assert.Equal("https://[fd00::1]/", connection.Server.AbsoluteUri);
    }

    private void MountServiceAccount()
    {
        var token = Folder.Write("account/token", "first\n");
        Folder.Write("account/ca.crt", Certificates.Pem(Ca));
        Folder.Write("account/namespace", "team-b\n");
        Folder.Environment["KUBEWOL_SERVICE_ACCOUNT_DIR"] = Path.GetDirectoryName(token)!;
        Folder.Environment["KUBERNETES_SERVICE_HOST"] = "127.0.0.1";
        Folder.Environment["KUBERNETES_SERVICE_PORT"] = $"{Server?.Address.Port}";
    }

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

    private static string Json(string text) => "\"" + text.Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
}
