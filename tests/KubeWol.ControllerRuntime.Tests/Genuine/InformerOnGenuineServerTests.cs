using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Tests.Fakes;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;

namespace KubeWol.ControllerRuntime.Tests.Genuine;

/// <summary>The informer against a genuine API server on a real etcd: over TLS and HTTP/2, with the trouble that real clusters have.</summary>
[Collection(nameof(GenuineServer))]
public sealed class InformerOnGenuineServerTests(GenuineServer genuine)
{
    [Fact]
    public async Task It_lists_in_pages_and_then_follows_every_change()
    {
        var label = genuine.NewLabel();
        for (var i = 0; i < 25; i++) await genuine.CreateAsync(label, $"{i}");
        await using var informer = new RunningInformer<ConfigMap>(genuine.Connection, ConfigMap.Type, Of(label) with { PageSize = 10 });
        await informer.Cache.Synced.SoonAsync();
        Assert.Equal(25, informer.Cache.All.Count);

        var created = await genuine.CreateAsync(label, "new");
        await informer.HasAsync(created);
        var changed = await genuine.WriteAsync(label, "new", "other");
        await informer.HasAsync(changed);
        Assert.Equal("other", informer.Cache.Find(ResourceKey.Of(changed))!.Data!["text"]);
        await genuine.DeleteAsync(label, "new");
        await informer.Cache.UntilAsync(c => c.Find(ResourceKey.Of(changed)) is null);

        Assert.Equal((0, 0), (await informer.FailuresAsync(), await informer.RelistsAsync()));
    }

    /// <summary>What the operator may see of Secrets, and an agent of ConfigMaps: objects of one name, in all namespaces or in its own.</summary>
    [Theory]
    [InlineData("Cluster", null)]
    [InlineData("", "default")]
    public async Task A_role_for_one_name_is_enough_to_list_and_watch_objects_of_that_name_and_no_others(string scope, string? ns)
    {
        var name = genuine.NewLabel();
        await genuine.Api.Kubectl.ApplyAsync($$"""
            apiVersion: v1
            kind: ServiceAccount
            metadata: { name: {{name}}, namespace: default }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: {{scope}}Role
            metadata: { name: {{name}}, namespace: default }
            rules:
            - { apiGroups: [""], resources: [configmaps], resourceNames: [{{name}}], verbs: [list, watch] }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: {{scope}}RoleBinding
            metadata: { name: {{name}}, namespace: default }
            roleRef: { apiGroup: rbac.authorization.k8s.io, kind: {{scope}}Role, name: {{name}} }
            subjects:
            - { kind: ServiceAccount, name: {{name}}, namespace: default }
            """, Bounded.Test);
        using var connection = ClusterConnection.Open(await genuine.Api.KubeconfigForServiceAccountAsync("default", name, null, Bounded.Test));
        await using var informer = new RunningInformer<ConfigMap>(connection, ConfigMap.Type, new() { Namespace = ns, Names = [name] });
        await informer.Cache.Synced.SoonAsync();

        var key = new ResourceKey("default", name);
        var created = await genuine.Client.CreateAsync(ConfigMap.Type, new() { Metadata = new() { Namespace = key.Namespace, Name = name } }, Bounded.Test);
        await informer.HasAsync(created);
        await informer.HasAsync(await genuine.Client.PatchAsync(ConfigMap.Type, key, "{\"data\":{\"text\":\"two\"}}"u8.ToArray(), null, Bounded.Test));
        await genuine.CreateAsync(name, "other");
        Assert.True(await genuine.Client.DeleteAsync(ConfigMap.Type, key, created.Metadata.Uid!, Bounded.Test));
        await informer.Cache.UntilAsync(c => c.Find(key) is null);
        Assert.Empty(informer.Cache.All);

        var client = new ClusterClient(connection, TimeProvider.System);
        foreach (var query in (string[])["", "?fieldSelector=metadata.name%3Danother", $"?watch=1&fieldSelector=metadata.name%21%3D{name}"])
            Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<ApiException>(() => client.SendAsync(HttpMethod.Get, ConfigMap.Type.Path(ns) + query, null, null, Bounded.Test))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<ApiException>(() => client.GetAsync(ConfigMap.Type, key, Bounded.Test))).StatusCode);
    }

    [Fact]
    public async Task Connections_that_are_cut_in_the_middle_of_events_lose_and_repeat_nothing()
    {
        const int rounds = 25;
        var label = genuine.NewLabel();
        await using var proxy = new CutProxy(genuine.Api.Address);
        using var connection = Through(proxy);
        await using var informer = new RunningInformer<ConfigMap>(connection, ConfigMap.Type, Of(label));
        var map = await genuine.CreateAsync(label, "map", Text(0));
        await informer.HasAsync(map);
        List<string> versions = [map.Metadata.ResourceVersion!];

        for (var round = 1; round < rounds; round++)
        {
            proxy.CutAllAfter(20_000 * round / rounds + 1); // an event has a little more
            map = await genuine.WriteAsync(label, "map", Text(round));
            versions.Add(map.Metadata.ResourceVersion!);
            if (round % 3 != 0) await informer.HasAsync(map); // or else the next one comes while it is away
        }

        await informer.HasAsync(map);
        Assert.InRange(proxy.Accepted, rounds / 2, 10 * rounds);
        Assert.True(await informer.FailuresAsync() >= rounds / 2);
        Assert.Equal(0, await informer.RelistsAsync());
        Assert.Equal(versions, informer.Changes.Select(c => c.After));
        Assert.Equal(20_000, informer.Cache.All.Single().Data!["text"].Length);
    }

    [Fact]
    public async Task A_list_that_is_cut_in_its_middle_is_taken_again_and_whole()
    {
        var label = genuine.NewLabel();
        for (var i = 0; i < 10; i++) await genuine.CreateAsync(label, $"{i}", Text(i));
        await using var proxy = new CutProxy(genuine.Api.Address);
        var cuts = new Queue<long>([0, 100, 1000, 5000, 20_000, 50_000, 100_000, 150_000]);
        proxy.CutAfter = () => cuts.TryDequeue(out var bytes) ? bytes : long.MaxValue;
        using var connection = Through(proxy);

        await using var informer = new RunningInformer<ConfigMap>(connection, ConfigMap.Type, Of(label));
        await informer.Cache.Synced.SoonAsync();

        Assert.Equal(10, informer.Cache.All.Count);
        Assert.True(await informer.FailuresAsync() >= 5);
    }

    [Fact]
    public async Task A_peer_that_vanishes_without_a_word_is_noticed()
    {
        var label = genuine.NewLabel();
        await using var proxy = new CutProxy(genuine.Api.Address);
        using var connection = Through(proxy, new() { PingAfter = TimeSpan.FromSeconds(1), PingAnswer = TimeSpan.FromSeconds(1) });
        await using var informer = new RunningInformer<ConfigMap>(connection, ConfigMap.Type, Of(label));
        await informer.HasAsync(await genuine.CreateAsync(label, "before"));

        proxy.FreezeAll();

        await informer.HasAsync(await genuine.CreateAsync(label, "after"));
        Assert.Equal((1, 0), (await informer.FailuresAsync(), await informer.RelistsAsync()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_is_restarted_is_followed_further(bool inGoodOrder)
    {
        var label = genuine.NewLabel();
        await using var informer = new RunningInformer<ConfigMap>(genuine.Connection, ConfigMap.Type, Of(label));
        await informer.HasAsync(await genuine.CreateAsync(label, "before"));

        // In good order it first says goodbye on every connection (GOAWAY), and then waits for its watches for longer than we do.
        if (inGoodOrder) await SayGoodbyeAsync();
        await genuine.Api.StopServerAsync(Signal.Kill, Bounded.Test);
        await genuine.Api.StartServerAsync(Bounded.Test);
        var after = await genuine.CreateAsync(label, "after");

        await informer.HasAsync(after);
        Assert.Equal(2, informer.Cache.All.Count);
        Assert.True(await informer.FailuresAsync() >= 1);
    }

    [Fact]
    public async Task A_server_that_comes_later_than_we_is_waited_for()
    {
        var label = genuine.NewLabel();
        await genuine.CreateAsync(label, "a");
        await genuine.Api.StopServerAsync(Signal.Kill, Bounded.Test);
        await using var informer = new RunningInformer<ConfigMap>(genuine.Connection, ConfigMap.Type, Of(label));
        Assert.False(informer.Cache.Synced.IsCompleted);

        await genuine.Api.StartServerAsync(Bounded.Test);

        await informer.Cache.Synced.SoonAsync();
        Assert.Single(informer.Cache.All);
    }

    [Fact]
    public async Task A_watch_that_comes_back_after_a_compaction_is_told_410_in_an_event_and_lists_anew()
    {
        var label = genuine.NewLabel();
        await using var proxy = new CutProxy(genuine.Api.Address);
        using var connection = Through(proxy);
        await using var informer = new RunningInformer<ConfigMap>(connection, ConfigMap.Type, Of(label));
        await informer.HasAsync(await genuine.CreateAsync(label, "stays"));
        var vanishes = await genuine.CreateAsync(label, "vanishes");
        await informer.HasAsync(vanishes);

        proxy.Away = true;
        proxy.CutAll();
        await genuine.DeleteAsync(label, "vanishes");
        var changed = await genuine.WriteAsync(label, "stays", "changed");
        await ForgetHistoryAsync();
        proxy.Away = false;

        await informer.HasAsync(changed);
        await informer.Cache.UntilAsync(c => c.Find(ResourceKey.Of(vanishes)) is null);
        Assert.Equal(1, await informer.RelistsAsync());
        Assert.Contains((ResourceKey.Of(vanishes), vanishes.Metadata.ResourceVersion, null), informer.Changes);

        await informer.HasAsync(await genuine.CreateAsync(label, "later"));
    }

    [Fact]
    public async Task A_compaction_between_two_pages_is_told_410_as_an_answer_and_the_list_is_taken_in_one()
    {
        var label = genuine.NewLabel();
        for (var i = 0; i < 6; i++) await genuine.CreateAsync(label, $"{i}");
        var requests = new List<string>();
        async Task Meddle(HttpRequestMessage request)
        {
            requests.Add(request.RequestUri!.Query);
            if (requests.Count != 2) return;
            await genuine.DeleteAsync(label, "0"); // already on the first page
            await genuine.CreateAsync(label, "6");
            await ForgetHistoryAsync();
        }

        using var connection = Through(genuine.Api.Address, new(), transport => new Interposer(transport, Meddle));
        await using var informer = new RunningInformer<ConfigMap>(connection, ConfigMap.Type, Of(label) with { PageSize = 2 });
        await informer.Cache.Synced.SoonAsync();

        Assert.Equal(["1", "2", "3", "4", "5", "6"], informer.Cache.All.Select(c => c.Metadata.Name[(label.Length + 1)..]).Order());
        Assert.Contains("continue=", requests[1], StringComparison.Ordinal);
        Assert.DoesNotContain("limit=", requests[2], StringComparison.Ordinal);
        await informer.HasAsync(await genuine.CreateAsync(label, "later"));
    }

    [Fact]
    public async Task A_tenant_cannot_blind_us_with_an_object_nested_as_deep_as_the_server_allows()
    {
        await genuine.Api.Kubectl.ApplyAsync(WidgetDefinition, Bounded.Test);
        await genuine.Api.Kubectl.OutputAsync(["wait", "--for=condition=Established", "crd/widgets.test.kubewol.io"], Bounded.Test);
        var deep = new InformerOptions { LabelSelector = "of=deep" };
        await using var informer = new RunningInformer<Widget>(genuine.Connection, Widget.Type, deep);
        await informer.Cache.Synced.SoonAsync();

        await informer.HasAsync(await CreateDeepAsync("deep-while-watching", 2000));
        await informer.HasAsync(await genuine.Client.CreateAsync(Widget.Type, Unborn("plain"), Bounded.Test));
        await using var late = new RunningInformer<Widget>(genuine.Connection, Widget.Type, deep);
        await late.Cache.Synced.SoonAsync();

        Assert.Equal(["deep-while-watching", "plain"], late.Cache.All.Select(w => w.Metadata.Name).Order());
    }

    [Fact]
    public async Task An_object_that_stops_fitting_its_type_is_gone_until_it_fits_again()
    {
        await genuine.Api.Kubectl.ApplyAsync(WidgetDefinition, Bounded.Test);
        await genuine.Api.Kubectl.OutputAsync(["wait", "--for=condition=Established", "crd/widgets.test.kubewol.io"], Bounded.Test);
        await using var informer = new RunningInformer<Widget>(genuine.Connection, Widget.Type, new() { Namespace = "default", LabelSelector = "of=odd" });
        var key = new ResourceKey("default", "odd");
        await informer.HasAsync(await genuine.Client.CreateAsync(Widget.Type, Unborn("odd", "odd"), Bounded.Test));

        await PatchSizeAsync(key, "\"large\"");
        await informer.Cache.UntilAsync(c => c.Find(key) is null);
        await PatchSizeAsync(key, "5");
        await informer.Cache.UntilAsync(c => c.Find(key)?.Spec!.Size == 5);
    }

    private Task<byte[]> PatchSizeAsync(ResourceKey key, string size)
    {
        var patch = Encoding.UTF8.GetBytes("{\"spec\":{\"size\":" + size + "}}");
        return genuine.Client.SendAsync(HttpMethod.Patch, Widget.Type.Path(key), patch, new("application/merge-patch+json"), Bounded.Test);
    }

    private async Task<Widget> CreateDeepAsync(string name, int depth)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        var json = Unborn(name).ToJson().Replace("\"spec\":{", $"\"spec\":{{\"unknown\":{deep},", StringComparison.Ordinal);
        await genuine.Client.SendAsync(HttpMethod.Post, Widget.Type.Path("default"), Encoding.UTF8.GetBytes(json), null, Bounded.Test);
        return (await genuine.Client.GetAsync(Widget.Type, new("default", name), Bounded.Test))!;
    }

    private static Widget Unborn(string name, string label = "deep") => new()
    {
        Metadata = new() { Namespace = "default", Name = name, Labels = new Dictionary<string, string> { ["of"] = label } },
        Spec = new() { Colour = "red" },
    };

    private static InformerOptions Of(string label) => new() { Namespace = "default", LabelSelector = $"of={label}" };

    private static string Text(int i) => i.ToString(CultureInfo.InvariantCulture).PadRight(20_000, 'x');

    /// <summary>etcd forgets by compaction; the server's own, longer memory of events ends with its process.</summary>
    private async Task ForgetHistoryAsync()
    {
        await genuine.Api.CompactAsync(Bounded.Test);
        await genuine.Api.RestartAsync(Bounded.Test);
    }

    private async Task SayGoodbyeAsync()
    {
        genuine.Api.Process.Send(Signal.Terminate);
        await Eventually.BecomesTrueAsync("the server accepts no more connections", async () =>
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, genuine.Api.Address.Port, Bounded.Test);
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        }, Bounded.Test);
    }

    private ClusterConnection Through(CutProxy proxy, ConnectionPatience? patience = null) => Through(proxy.Address, patience ?? new(), transport => transport);

    private ClusterConnection Through(Uri address, ConnectionPatience patience, Func<HttpMessageHandler, HttpMessageHandler> wrap)
    {
        var files = Kubeconfig.Load(genuine.Api.AdminKubeconfig)!;
        var authorities = Kubeconfig.Authorities(files);
        var configuration = k8s.KubernetesClientConfiguration.BuildConfigFromConfigObject(files, masterUrl: address.ToString());
        return new(configuration, wrap(ClusterConnection.Transport(configuration, authorities, patience)));
    }

    private const string WidgetDefinition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: widgets.test.kubewol.io }
        spec:
          group: test.kubewol.io
          scope: Namespaced
          names: { plural: widgets, singular: widget, kind: Widget }
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec: { type: object, x-kubernetes-preserve-unknown-fields: true }
        """;

    /// <summary>Does something before each request.</summary>
    private sealed class Interposer(HttpMessageHandler inner, Func<HttpRequestMessage, Task> before) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await before(request);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
