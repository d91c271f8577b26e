using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Index;
using KubeWol.Operator.Tests.World;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace KubeWol.Operator.Tests.Index;

/// <summary>What agents are told, before an API server that stores it.</summary>
public sealed class IndexPublisherTests : IAsyncLifetime
{
    private const string MapPath = "/api/v1/namespaces/kubewol-system/configmaps";
    private const int Shard = 6; // of Some.Mac

    private readonly ResourceCache<ConfigMap> _maps = new();
    private readonly ResourceCache<VirtualMachine> _machines = new();
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private FakeApi _api = null!;
    private IndexPublisher _publisher = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApi.StartAsync();
        _api.Respond = Store;
        _publisher = Start(_registry);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Every_shard_is_there_from_the_start_also_one_without_machines()
    {
        _machines.Set(Some.Vm());
        await LookAtAllAsync();

        Assert.Equal(AddressShards.Names.Select(n => $"POST {MapPath} {n}"), _api.Calls.Select(c => $"{c} {JsonNode.Parse(c.Body)!["metadata"]!["name"]}"));
        Assert.Equal([Some.Mac], Told());
        var map = _maps.Find(Key(Shard))!;
        Assert.Equal(("1", "06", "kubewol-operator"), (map.Data!["count"], map.Metadata.Labels!["kubewol.io/index"], map.Metadata.Labels["app.kubernetes.io/managed-by"]));
    }

    [Fact]
    public async Task A_machine_that_comes_or_goes_rewrites_one_shard_and_no_other_change_any()
    {
        await LookAtAllAsync();
        _api.Forget();
        _time.Advance(PublishPace.Rest);

        _machines.Set(Some.Vm());
        await LookAtAllAsync();
        Assert.Equal([$"PATCH {MapPath}/kubewol-macs-06"], _api.Calls.Select(c => $"{c}"));
        Assert.Equal([Some.Mac], Told());

        _time.Advance(PublishPace.Rest);
        foreach (var status in (string[])["Starting", "Running", "Stopping", "Stopped"]) _machines.Set(_machines.Find(new("team-a", "web-01"))!.Now(status));
        await LookAtAllAsync();
        Assert.Single(_api.Calls);

        _machines.Remove(new("team-a", "web-01"));
        await LookAtAllAsync();
        Assert.Equal(2, _api.Calls.Count);
        Assert.Empty(Told());
    }

    [Fact]
    public async Task Another_leader_finds_all_as_it_should_be_and_writes_nothing()
    {
        for (var i = 0; i < 200; i++) _machines.Set(Some.Vm($"team-a/vm-{i}", macs: $"52:54:00:00:{i / 16:x2}:{i % 251:x2}"));
        await LookAtAllAsync();
        _api.Forget();

        _publisher = Start(Metrics.NewCustomRegistry(), _machines.All);
        await LookAtAllAsync();
        Assert.Empty(_api.Calls);
    }

    [Theory]
    [InlineData("octets")]
    [InlineData("none")]
    [InlineData("count")]
    [InlineData("labels")]
    public async Task What_somebody_changed_is_put_right_and_what_he_added_stays(string what)
    {
        _machines.Set(Some.Vm());
        await LookAtAllAsync();
        _time.Advance(PublishPace.Rest);
        var map = _maps.Find(Key(Shard))!;
        _maps.Set((what switch
        {
            "octets" => map with { BinaryData = new Dictionary<string, byte[]> { ["macs"] = [1, 2, 3], ["mine"] = [4] } },
            "none" => map with { BinaryData = null },
            "count" => map with { Data = new Dictionary<string, string> { ["count"] = "many", ["note"] = "keep" } },
            _ => map with { Metadata = map.Metadata with { Labels = null } },
        }) is var changed ? changed with { Metadata = changed.Metadata with { ResourceVersion = Some.NextVersion() } } : map);
        await LookAsync(Shard);

        Assert.Equal([Some.Mac], Told());
        var now = _maps.Find(Key(Shard))!;
        Assert.Equal(("1", "06"), (now.Data!["count"], now.Metadata.Labels!["kubewol.io/index"]));
        if (what == "octets") Assert.Equal([4], now.BinaryData!["mine"]);
        if (what == "count") Assert.Equal("keep", now.Data["note"]);
    }

    [Fact]
    public async Task What_is_deleted_is_made_again()
    {
        _machines.Set(Some.Vm());
        await LookAtAllAsync();
        _time.Advance(PublishPace.Rest);
        _maps.Remove(Key(Shard));
        await LookAsync(Shard);
        Assert.Equal([Some.Mac], Told());
    }

    [Fact]
    public async Task Under_churn_a_shard_is_written_at_once_and_then_every_two_seconds_with_all_that_has_changed()
    {
        await LookAtAllAsync();
        _time.Advance(PublishPace.Rest);
        _api.Forget();
        var writes = new List<(TimeSpan, int)>();
        var start = _time.GetUtcNow();
        for (var i = 0; i < 100; i++)
        {
            _machines.Set(Some.Vm($"team-a/vm-{i}", macs: $"52:54:00:00:{i:x2}:06"));
            var calls = _api.Calls.Count;
            var answer = await LookAsync(Shard);
            if (_api.Calls.Count > calls) writes.Add((_time.GetUtcNow() - start, i + 1));
            else Assert.InRange(answer.Delay!.Value, TimeSpan.Zero, PublishPace.Rest);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal([0, 2, 4, 6, 8], writes.Select(w => (int)w.Item1.TotalSeconds));
        Assert.Equal([1, 21, 41, 61, 81], writes.Select(w => w.Item2));
        _time.Advance(PublishPace.Rest);
        await LookAsync(Shard);
        Assert.Equal(100, Told().Count);
    }

    [Theory]
    [InlineData(409, "Conflict")]
    [InlineData(404, "NotFound")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(403, "Forbidden")]
    public async Task A_refusal_is_for_the_queue_to_try_again(int status, string reason)
    {
        await LookAtAllAsync();
        _time.Advance(PublishPace.Rest);
        _machines.Set(Some.Vm());
        _api.Respond = _ => Answer.Refuse(status, reason, "no");
        await Assert.ThrowsAsync<ApiException>(() => LookAsync(Shard));
        Assert.InRange(await _registry.ValueAsync("kubewol_index_lag_seconds"), 0, 0.001);
        _time.Advance(PublishPace.Rest);
        Assert.Equal(2, await _registry.ValueAsync("kubewol_index_lag_seconds"));

        _api.Respond = Store;
        await LookAsync(Shard);
        Assert.Equal([Some.Mac], Told());
        Assert.Equal(0, await _registry.ValueAsync("kubewol_index_lag_seconds"));
    }

    [Fact]
    public async Task Who_comes_second_looks_again_at_what_the_first_one_made()
    {
        _api.Respond = _ => Answer.Refuse(409, "AlreadyExists", "there is one");
        Assert.Equal(TimeSpan.FromSeconds(1), (await LookAsync(Shard)).Delay);
    }

    [Fact]
    public async Task The_figures_are_on_the_page_and_a_standby_has_no_lag()
    {
        _machines.Set(Some.Vm());
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((1, 0, 0), (await _registry.ValueAsync("kubewol_index_addresses"), await _registry.ValueAsync("kubewol_index_lag_seconds"), await _registry.ValueAsync("kubewol_index_writes_total")));

        await LookAtAllAsync();
        Assert.Equal((1, 0, 16), (await _registry.ValueAsync("kubewol_index_addresses"), await _registry.ValueAsync("kubewol_index_lag_seconds"), await _registry.ValueAsync("kubewol_index_writes_total")));
        Assert.Equal(_maps.All.Sum(m => m.BinaryData!["macs"].Length), await _registry.ValueAsync("kubewol_index_bytes"));
    }

    private IndexPublisher Start(CollectorRegistry registry, IEnumerable<VirtualMachine>? machines = null)
    {
        var addresses = new MachineAddressSet(_time);
        foreach (var machine in machines ?? []) addresses.Change(null, machine);
        _machines.Changed += (_, before, after) => addresses.Change(before, after);
        return new(addresses, new(_time), _maps, new(_api.Connection, _time), new(registry), _time, NullLogger<IndexPublisher>.Instance);
    }

    private static ResourceKey Key(int shard) => IndexPublisher.KeyOf(shard, Some.Options);

    private Task<Requeue> LookAsync(int shard) => _publisher.ReconcileAsync(Key(shard), TestContext.Current.CancellationToken);

    private async Task LookAtAllAsync()
    {
        for (var shard = 0; shard < AddressShards.Count; shard++) Assert.Equal(Requeue.Never, await LookAsync(shard));
    }

    /// <summary>What an agent reads.</summary>
    private List<string> Told() =>
    [
        .. Enumerable.Range(0, AddressShards.Count).SelectMany(s => AddressShard.Decode(s, _maps.Find(Key(s))!.BinaryData!["macs"])!).Order().Select(a => new MacAddress(a).ToString()),
    ];

    /// <summary>Stores what is written, and the watch tells at once.</summary>
    private Answer Store(Call call)
    {
        var body = JsonNode.Parse(call.Body)!.AsObject();
        if (call.Method == "PATCH")
        {
            var there = _maps.Find(new(Some.Agents, call.Path[(MapPath.Length + 1)..]));
            body = MergePatch.Applied(JsonSerializer.SerializeToNode(there!, ApiJson.Default.ConfigMap), body)!.AsObject();
        }

        (body["metadata"]!["uid"], body["metadata"]!["resourceVersion"]) = ("uid", Some.NextVersion());
        _maps.Set(body.Deserialize(ApiJson.Default.ConfigMap)!);
        return new(200, body.ToJsonString());
    }
}
