using System.Net;
using System.Text.Json;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tests.ApiServers;

/// <summary>The launcher: what it starts, stops, restarts and leaves behind.</summary>
public sealed class ApiServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restart_keeps_the_address_the_data_and_the_tokens()
    {
        await using var api = await ApiServer.StartAsync(Cancel);
        await api.Kubectl.OutputAsync(["create", "configmap", "kept", "--from-literal=a=1"], Cancel);
        await Eventually.BecomesTrueAsync(
            "the default service account is there", async () => (await api.Kubectl.RunAsync(["get", "sa", "default"], Cancel)).Succeeded, Cancel);
        var account = api.KubectlFor(await api.KubeconfigForServiceAccountAsync("default", "default", null, Cancel));
        var before = api.Process.Id;

        await api.RestartAsync(Cancel);

        Assert.NotEqual(before, api.Process.Id);
        Assert.Equal("1", await api.Kubectl.OutputAsync(["get", "configmap", "kept", "-o", "jsonpath={.data.a}"], Cancel));
        Assert.Contains("system:serviceaccount:default:default", await account.OutputAsync(["auth", "whoami"], Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Kill)]
    public async Task A_server_that_is_taken_away_comes_back_with_what_was_written(Signal signal)
    {
        await using var api = await ApiServer.StartAsync(Cancel);
        using var client = api.CreateAdminHttpClient();
        await api.Kubectl.OutputAsync(["create", "configmap", "kept"], Cancel);

        await api.StopServerAsync(signal, Cancel);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("readyz", UriKind.Relative), Cancel));
        Assert.False(api.EtcdProcess.HasExited);

        await api.StartServerAsync(Cancel);
        using var response = await client.GetAsync(new Uri("api/v1/namespaces/default/configmaps/kept", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_compaction_makes_old_versions_gone_for_lists_and_watches()
    {
        await using var api = await ApiServer.StartAsync(Cancel);
        using var client = api.CreateAdminHttpClient();
        var old = await api.Kubectl.OutputAsync(["create", "configmap", "a", "-o", "jsonpath={.metadata.resourceVersion}"], Cancel);
        await api.Kubectl.OutputAsync(["label", "configmap", "a", "x=y"], Cancel);

        Assert.True(await api.CompactAsync(Cancel) > long.Parse(old, System.Globalization.CultureInfo.InvariantCulture));
        // The server's own memory of events is longer than etcd's; a restart forgets it.
        await api.RestartAsync(Cancel);

        using var list = await client.GetAsync(new Uri($"api/v1/configmaps?limit=1&resourceVersion={old}&resourceVersionMatch=Exact", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Gone, list.StatusCode);
        var watch = JsonDocument.Parse(await client.GetStringAsync(new Uri($"api/v1/configmaps?watch=1&resourceVersion={old}&timeoutSeconds=5", UriKind.Relative), Cancel)).RootElement;
        Assert.Equal("ERROR", watch.GetProperty("type").GetString());
        Assert.Equal(410, watch.GetProperty("object").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Two_servers_side_by_side_know_nothing_of_each_other()
    {
        var starting = new[] { ApiServer.StartAsync(Cancel), ApiServer.StartAsync(Cancel) };
        await using var one = await starting[0];
        await using var other = await starting[1];

        await one.Kubectl.OutputAsync(["create", "configmap", "mine"], Cancel);

        Assert.False((await other.Kubectl.RunAsync(["get", "configmap", "mine"], Cancel)).Succeeded);
        using var stranger = other.CreateHttpClient(null);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(new Uri(one.Address, "/readyz"), Cancel));
        Assert.Equal(HttpRequestError.SecureConnectionError, refused.HttpRequestError);
    }

    [Fact]
    public async Task A_kube_apiserver_of_the_users_takes_our_command_line()
    {
        // Ours by that name: it has the same flags, and the launcher treats it as the genuine one.
        var own = await ClusterBinaries.LocateAsync(Cancel);
        using var assets = new StateDirectory();
        File.CreateSymbolicLink(assets.File("kube-apiserver"), own.ApiServer);
        File.CreateSymbolicLink(assets.File("etcd"), own.Etcd);
        File.CreateSymbolicLink(assets.File("kubectl"), own.Kubectl);

        await using var api = await ApiServer.StartAsync(new ApiServerOptions { Binaries = ClusterBinaries.Genuine(assets.Path) }, Cancel);

        Assert.True(api.IsGenuine);
        Assert.Null(api.AuthorizationLog);
        Assert.Contains("default", await api.Kubectl.OutputAsync(["get", "namespaces"], Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_without_an_API_server_is_named()
    {
        using var empty = new StateDirectory();

        Assert.Contains(empty.Path, Assert.Throws<TestClusterException>(() => ClusterBinaries.Genuine(empty.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_disposed_of_nothing_is_left()
    {
        var api = await ApiServer.StartAsync(Cancel);
        var (state, server, etcd) = (api.StatePath, api.Process.Id, api.EtcdProcess.Id);

        await api.DisposeAsync();

        Assert.False(Directory.Exists(state));
        Assert.False(Directory.Exists($"/proc/{server}"));
        Assert.False(Directory.Exists($"/proc/{etcd}"));
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why_and_keeps_its_log()
    {
        var options = new ApiServerOptions { ExtraArguments = ["--authorization-mode=Nonsense"] };

        var failure = await Assert.ThrowsAsync<TestClusterException>(() => ApiServer.StartAsync(options, Cancel));

        Assert.Contains("Nonsense", failure.Message, StringComparison.Ordinal);
        var log = failure.Message.Split(' ').First(word => word.StartsWith('/')).Split(':')[0];
        Assert.Contains("Nonsense", await File.ReadAllTextAsync(log, Cancel), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(log)!, recursive: true);
    }
}
