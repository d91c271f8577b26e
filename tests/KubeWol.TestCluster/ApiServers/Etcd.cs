using System.Net.Http.Json;
using System.Text.Json;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>One etcd member, on the loopback and careless of power cuts.</summary>
internal sealed class Etcd : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new();
    private readonly ProcessSpec _spec;
    private readonly string _logFile;

    private Etcd(ProcessSpec spec, string logFile, Uri address)
    {
        (_spec, _logFile, Address) = (spec, logFile, address);
        _client.BaseAddress = address;
        Process = ChildProcess.Start(spec, logFile);
    }

    /// <summary>Another one after a restart.</summary>
    public ChildProcess Process { get; private set; }

    public Uri Address { get; }

    public static async Task<Etcd> StartAsync(ClusterBinaries binaries, StateDirectory state, CancellationToken cancellationToken)
    {
        var address = $"http://127.0.0.1:{LoopbackPorts.Pick()}";
        var peer = $"http://127.0.0.1:{LoopbackPorts.Pick()}";
        var spec = new ProcessSpec(
            binaries.Etcd,
            $"--data-dir={state.File("etcd")}",
            $"--listen-client-urls={address}",
            $"--advertise-client-urls={address}",
            $"--listen-peer-urls={peer}",
            $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
            "--log-level=warn");
        var etcd = new Etcd(spec, state.File("etcd.log"), new Uri(address));
        try
        {
            await etcd.WaitUntilHealthyAsync(cancellationToken);
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it. What it had acknowledged is there again when it is started: it skips the fsync, not the write, and only a power cut tells the two apart.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        await Process.KillAsync(cancellationToken);
        await Process.DisposeAsync();
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, with its data and at its address.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Process = ChildProcess.Start(_spec, _logFile);
        return WaitUntilHealthyAsync(cancellationToken);
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

    private Task WaitUntilHealthyAsync(CancellationToken cancellationToken) =>
        Readiness.WaitAsync(Process, StartTimeout, token => _client.GetAsync(new Uri("health", UriKind.Relative), token), cancellationToken);

    private async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var response = await _client.PostAsJsonAsync(path, body, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }
}
