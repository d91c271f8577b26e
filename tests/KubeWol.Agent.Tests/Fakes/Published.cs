using KubeWol.Agent.Delivery;
using KubeWol.Agent.Index;
using KubeWol.Agent.Intake;
using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>What the operator has published about addresses, and the agent that reads it.</summary>
internal sealed class Published
{
    private readonly ResourceCache<ConfigMap> _maps = new();
    private readonly IndexReader _reader;
    private int _version;

    public Published(MetricsPage page, AgentOptions options, TimeProvider time)
    {
        Known = new(options);
        Trace = new(options, Known);
        Outbox = Some.Outbox(page, options, time);
        Intake = Some.Intake(page, options, time: time, outbox: Outbox, known: Known, trace: Trace);
        _reader = new(_maps, Known, Intake, Some.Spool(page, options, time), page.Agent, Log);
    }

    public LogRecorder<IndexReader> Log { get; } = new();

    public KnownAddresses Known { get; }

    public FrameTrace Trace { get; }

    public Outbox Outbox { get; }

    public FrameIntake Intake { get; }

    /// <summary>The operator publishes all shards, and that templates claim nothing.</summary>
    public async Task AllAsync(params MacAddress[] addresses)
    {
        for (var shard = 0; shard < AddressShards.Count; shard++) await ShardAsync(shard, addresses);
        await ClaimedAsync("");
    }

    /// <summary>The operator publishes one shard: those of the addresses that are its.</summary>
    public Task ShardAsync(int shard, params MacAddress[] addresses) =>
        OctetsAsync(shard, AddressShard.Encode(shard, [.. addresses.Select(a => a.Bits).Where(a => AddressShards.Of(a) == shard).Order()]));

    /// <summary>Somebody writes a shard.</summary>
    public Task OctetsAsync(int shard, byte[]? octets) => SetAsync(
        AddressShards.Names[shard], map => map with { BinaryData = octets is null ? null : new Dictionary<string, byte[]> { [AddressShards.Entry] = octets } });

    /// <summary>The operator publishes what templates claim.</summary>
    public Task ClaimedAsync(string text) => SetAsync(AgentConfig.Name, map => map with { Data = new Dictionary<string, string> { ["claimed"] = text } });

    /// <summary>A ConfigMap is deleted.</summary>
    public Task DeleteAsync(string name)
    {
        var key = new ResourceKey("kubewol-system", name);
        _maps.Remove(key);
        return ReadAsync(key);
    }

    private Task SetAsync(string name, Func<ConfigMap, ConfigMap> data)
    {
        var key = new ResourceKey("kubewol-system", name);
        _maps.Set(data(new() { Metadata = new() { Namespace = key.Namespace, Name = name, Uid = "u", ResourceVersion = $"{++_version}" } }));
        return ReadAsync(key);
    }

    private async Task ReadAsync(ResourceKey key) => Assert.Equal(Requeue.Never, await _reader.ReconcileAsync(key, TestContext.Current.CancellationToken));
}
