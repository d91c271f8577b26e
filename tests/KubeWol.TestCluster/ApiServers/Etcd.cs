using System.Net.Http.Json;
using System.Text.Json;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>One etcd member, on the loopback and careless of power cuts.</summary>
internal sealed class Etcd : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new();

    private Etcd(ChildProcess process, Uri address)
    {
        Process = process;
        Address = address;
        _client.BaseAddress = address;
    }

    public ChildProcess Process { get; }

    public Uri Address { get; }

    public static async Task<Etcd> StartAsync(ClusterBinaries binaries, StateDirectory state, CancellationToken cancellationToken)
    {
        var address = $"http://127.0.0.1:{LoopbackPorts.Pick()}";
        var peer = $"http://127.0.0.1:{LoopbackPorts.Pick()}";
        var process = ChildProcess.Start(
            new ProcessSpec(
                binaries.Etcd,
                $"--data-dir={state.File("etcd")}",
                $"--listen-client-urls={address}",
                $"--advertise-client-urls={address}",
                $"--listen-peer-urls={peer}",
                $"--initial-advertise-peer-urls={peer}",
                $"--initial-cluster=default={peer}",
                "--unsafe-no-fsync",
                "--log-level=warn"),
            state.File("etcd.log"));
        var etcd = new Etcd(process, new Uri(address));
        try
        {
            await Readiness.WaitAsync(process, StartTimeout, token => etcd._client.GetAsync(new Uri("health", UriKind.Relative), token), cancellationToken);
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Forgets all history up to now; returns the revision up to which it did.</summary>
    public async Task<long> CompactAsync(CancellationToken cancellationToken)
    {
        // The gRPC gateway of etcd: bytes are base64, 64-bit numbers are strings.
        var range = await PostAsync("v3/kv/range", new { key = "AA==" }, cancellationToken);
        var revision = range.GetProperty("header").GetProperty("revision").GetString()!;
        await PostAsync("v3/kv/compaction", new { revision, physical = true }, cancellationToken);
        return long.Parse(revision, System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        // Its data is thrown away: no need to let it end in good order.
        await Process.KillAsync(CancellationToken.None);
        await Process.DisposeAsync();
    }

    private async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var response = await _client.PostAsJsonAsync(path, body, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }
}
