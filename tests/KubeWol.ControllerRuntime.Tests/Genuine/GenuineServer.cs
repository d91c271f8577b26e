using System.Text.Json.Serialization;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster.ApiServers;

namespace KubeWol.ControllerRuntime.Tests.Genuine;

/// <summary>The tests that speak to a genuine API server share it, one after the other: some take it away for a while.</summary>
[CollectionDefinition(nameof(GenuineServer))]
public sealed class GenuineServer : IAsyncLifetime, ICollectionFixture<GenuineServer>
{
    private int _labels;

    public ApiServer Api { get; private set; } = null!;

    internal ClusterConnection Connection { get; private set; } = null!;

    /// <summary>The administrator.</summary>
    internal ClusterClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Api = await ApiServer.StartAsync(Bounded.Test);
        Connection = ClusterConnection.Open(Api.AdminKubeconfig);
        Client = new(Connection, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        Connection.Dispose();
        await Api.DisposeAsync();
    }

    /// <summary>A label of one test's own, by which it finds its ConfigMaps among the others'.</summary>
    internal string NewLabel() => $"test-{Interlocked.Increment(ref _labels)}";

    internal Task<ConfigMap> CreateAsync(string label, string name, string text = "") =>
        Client.CreateAsync(ConfigMap.Type, ConfigMap.Of(label, name, text), Bounded.Test);

    internal async Task<ConfigMap> WriteAsync(string label, string name, string text)
    {
        var patch = $$$"""{"data":{"text":"{{{text}}}"}}""";
        return await Client.PatchAsync(ConfigMap.Type, ConfigMap.KeyOf(label, name), System.Text.Encoding.UTF8.GetBytes(patch), null, Bounded.Test);
    }

    internal async Task DeleteAsync(string label, string name)
    {
        var key = ConfigMap.KeyOf(label, name);
        var there = await Client.GetAsync(ConfigMap.Type, key, Bounded.Test);
        Assert.True(await Client.DeleteAsync(ConfigMap.Type, key, there!.Metadata.Uid!, Bounded.Test));
    }
}

/// <summary>The least of a ConfigMap.</summary>
internal sealed record ConfigMap : IResource
{
    public static readonly ResourceType<ConfigMap> Type = new("", "v1", "configmaps", ConfigMapJson.Default.ConfigMap);

    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "ConfigMap";

    public ResourceMetadata Metadata { get; init; } = new();

    public IReadOnlyDictionary<string, string>? Data { get; init; }

    public static ResourceKey KeyOf(string label, string name) => new("default", $"{label}-{name}");

    public static ConfigMap Of(string label, string name, string text) => new()
    {
        Metadata = new() { Namespace = "default", Name = $"{label}-{name}", Labels = new Dictionary<string, string> { ["of"] = label } },
        Data = new Dictionary<string, string> { ["text"] = text },
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ConfigMap))]
internal sealed partial class ConfigMapJson : JsonSerializerContext;
