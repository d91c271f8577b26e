using System.Net;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Leadership;
using KubeWol.ControllerRuntime.Tests.Fakes;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace KubeWol.ControllerRuntime.Tests.Genuine;

/// <summary>What the fakes take for granted, asked of a genuine API server: its words, its credentials, its leases.</summary>
[Collection(nameof(GenuineServer))]
public sealed class ClientOnGenuineServerTests(GenuineServer genuine) : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_object_lives_from_its_creation_to_its_deletion()
    {
        var label = genuine.NewLabel();
        var key = ConfigMap.KeyOf(label, "a");
        Assert.Null(await genuine.Client.GetAsync(ConfigMap.Type, key, Bounded.Test));

        var created = await genuine.CreateAsync(label, "a", "one");
        var replaced = await genuine.Client.ReplaceAsync(ConfigMap.Type, created with { Data = new Dictionary<string, string> { ["text"] = "two" } }, Bounded.Test);
        var read = await genuine.Client.GetAsync(ConfigMap.Type, key, Bounded.Test);
        Assert.Equal(("two", replaced.Metadata.ResourceVersion, created.Metadata.Uid), (read!.Data!["text"], read.Metadata.ResourceVersion, read.Metadata.Uid));

        Assert.False(await genuine.Client.DeleteAsync(ConfigMap.Type, key, "0f0f0f0f-another", Bounded.Test));
        Assert.True(await genuine.Client.DeleteAsync(ConfigMap.Type, key, created.Metadata.Uid!, Bounded.Test));
        Assert.False(await genuine.Client.DeleteAsync(ConfigMap.Type, key, created.Metadata.Uid!, Bounded.Test));
    }

    [Fact]
    public async Task Versions_of_one_object_and_of_several_can_be_compared_as_numbers()
    {
        var label = genuine.NewLabel();
        var first = await genuine.CreateAsync(label, "a", "one");
        var other = await genuine.CreateAsync(label, "b", "one");
        var second = await genuine.WriteAsync(label, "a", "two");

        Assert.True(first.Metadata.IsOlderThan(other.Metadata));
        Assert.True(other.Metadata.IsOlderThan(second.Metadata));
        Assert.False(second.Metadata.IsOlderThan(first.Metadata));
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_servers_words()
    {
        var label = genuine.NewLabel();
        var created = await genuine.CreateAsync(label, "a", "one");
        await genuine.WriteAsync(label, "a", "two");

        var taken = await Assert.ThrowsAsync<ApiException>(() => genuine.CreateAsync(label, "a"));
        var stale = await Assert.ThrowsAsync<ApiException>(() => genuine.Client.ReplaceAsync(ConfigMap.Type, created, Bounded.Test));
        var missing = await Assert.ThrowsAsync<ApiException>(() => genuine.WriteAsync(label, "none", "x"));

        Assert.Equal((HttpStatusCode.Conflict, "AlreadyExists"), (taken.StatusCode, taken.Reason));
        Assert.Equal((HttpStatusCode.Conflict, "Conflict"), (stale.StatusCode, stale.Reason));
        Assert.Equal((HttpStatusCode.NotFound, "NotFound"), (missing.StatusCode, missing.Reason));
        Assert.Contains($"configmaps \"{label}-a\" already exists", taken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_that_is_not_served_is_not_taken_for_an_object_that_is_not_there()
    {
        var unknown = new ResourceType<Widget>("nothing.kubewol.io", "v1", "widgets", Widget.Type.Json);

        Assert.True((await Assert.ThrowsAsync<ApiException>(() => genuine.Client.GetAsync(unknown, new("default", "a"), Bounded.Test))).IsNotFound);
    }

    [Fact]
    public async Task Http2_carries_all_requests_over_one_connection()
    {
        await using var proxy = new CutProxy(genuine.Api.Address);
        var direct = await File.ReadAllTextAsync(genuine.Api.AdminKubeconfig, Bounded.Test);
        using var connection = _folder.Open(_folder.Write("config", direct.Replace(genuine.Api.Address.Authority, proxy.Address.Authority, StringComparison.Ordinal)));
        var client = new ClusterClient(connection, TimeProvider.System);
        await client.GetAsync(ConfigMap.Type, new("default", "none"), Bounded.Test);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.GetAsync(ConfigMap.Type, new("default", "none"), Bounded.Test)));

        Assert.Equal(1, proxy.Accepted);
    }

    [Fact]
    public async Task A_client_certificate_is_recognised()
    {
        using var admin = ClusterConnection.Open(genuine.Api.KubeconfigForClientCertificate("someone", "system:masters"));
        using var stranger = ClusterConnection.Open(genuine.Api.KubeconfigForClientCertificate("someone"));

        Assert.Null(await GetAsync(admin));
        var e = await Assert.ThrowsAsync<ApiException>(() => GetAsync(stranger));
        Assert.Equal(HttpStatusCode.Forbidden, e.StatusCode);
        Assert.Contains("User \"someone\"", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_not_known_is_refused_and_may_yet_be_renewed()
    {
        using var stranger = ClusterConnection.Open(genuine.Api.KubeconfigForToken("someone", "nonsense"));

        var e = await Assert.ThrowsAsync<ApiException>(() => GetAsync(stranger));

        Assert.Equal((HttpStatusCode.Unauthorized, true), (e.StatusCode, e.IsTransient));
    }

    [Fact]
    public async Task A_pod_with_a_service_account_may_do_what_its_roles_allow_and_says_what_they_do_not()
    {
        await genuine.Api.Kubectl.ApplyAsync("""
            apiVersion: v1
            kind: ServiceAccount
            metadata: { name: reader, namespace: default }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: { name: reader, namespace: default }
            rules:
            - { apiGroups: [""], resources: [configmaps], verbs: [get, list, watch] }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: { name: reader, namespace: default }
            roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
            subjects:
            - { kind: ServiceAccount, name: reader, namespace: default }
            """, Bounded.Test);
        var token = _folder.Write("account/token", await genuine.Api.TokenForServiceAccountAsync("default", "reader", null, Bounded.Test));
        _folder.Write("account/ca.crt", genuine.Api.Authority.Pem);
        _folder.Write("account/namespace", "default");
        _folder.Environment["KUBEWOL_SERVICE_ACCOUNT_DIR"] = Path.GetDirectoryName(token)!;
        _folder.Environment["KUBERNETES_SERVICE_HOST"] = genuine.Api.Address.Host;
        _folder.Environment["KUBERNETES_SERVICE_PORT"] = $"{genuine.Api.Address.Port}";
        using var connection = _folder.Open();
        Assert.Equal("default", connection.Namespace);

        var label = genuine.NewLabel();
        await using var informer = new RunningInformer<ConfigMap>(connection, ConfigMap.Type, new() { Namespace = "default", LabelSelector = $"of={label}" });
        await informer.HasAsync(await genuine.CreateAsync(label, "a"));
        var client = new ClusterClient(connection, TimeProvider.System);
        var e = await Assert.ThrowsAsync<ApiException>(() => client.CreateAsync(ConfigMap.Type, ConfigMap.Of(label, "b", ""), Bounded.Test));

        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden"), (e.StatusCode, e.Reason));
        Assert.Contains("system:serviceaccount:default:reader", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_another_cluster_is_refused()
    {
        using var stranger = Certificates.Authority("another cluster's CA");
        var ca = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Certificates.Pem(stranger)));
        using var connection = _folder.Open(_folder.WriteKubeconfig(genuine.Api.Address, [$"certificate-authority-data: {ca}"]));

        Assert.Equal(HttpRequestError.SecureConnectionError, (await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(connection))).HttpRequestError);
    }

    [Fact]
    public async Task A_lease_is_taken_renewed_released_and_taken_over_at_once()
    {
        var name = genuine.NewLabel();
        using var a = Candidate(name, "a");
        using var b = Candidate(name, "b");
        using var stopA = new CancellationTokenSource();
        using var stopB = new CancellationTokenSource();
        var runA = a.RunAsync(stopA.Token);
        await a.Acquired.SoonAsync();
        var first = await LeaseAsync(name);
        var runB = b.RunAsync(stopB.Token);
        await Eventually.BecomesTrueAsync("the lease is renewed", async () => (await LeaseAsync(name)).Spec.RenewTime > first.Spec.RenewTime, Bounded.Test);
        Assert.False(b.Acquired.IsCompleted);
        Assert.Equal("a", (await LeaseAsync(name)).Spec.HolderIdentity);

        await stopA.CancelAsync();
        await runA.SoonAsync();
        await a.ReleaseAsync(Bounded.Test);
        await b.Acquired.SoonAsync();

        var second = await LeaseAsync(name);
        Assert.Equal(("b", first.Spec.LeaseTransitions + 1), (second.Spec.HolderIdentity, second.Spec.LeaseTransitions));
        await stopB.CancelAsync();
        await runB.SoonAsync();
        await b.ReleaseAsync(Bounded.Test);
        Assert.True(string.IsNullOrEmpty((await LeaseAsync(name)).Spec.HolderIdentity));
    }

    private LeaderLease Candidate(string name, string identity)
    {
        var options = new LeaderLeaseOptions { Namespace = "default", Name = name, Identity = identity, RetryPeriod = TimeSpan.FromMilliseconds(50) };
        return new(genuine.Client, options, Clusters.Metrics(), TimeProvider.System, NullLogger<LeaderLease>.Instance);
    }

    private async Task<Lease> LeaseAsync(string name) => (await genuine.Client.GetAsync(Lease.Type, new("default", name), Bounded.Test))!;

    private static Task<ConfigMap?> GetAsync(ClusterConnection connection) =>
        new ClusterClient(connection, TimeProvider.System).GetAsync(ConfigMap.Type, new("default", "none"), Bounded.Test);
}
