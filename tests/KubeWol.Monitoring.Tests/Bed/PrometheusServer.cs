using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Monitoring.Tests.Bed;

/// <summary>A real Prometheus, in a machine of the LAN.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private PrometheusServer(ChildProcess process, HttpClient http) => (_process, _http) = (process, http);

    public static async Task<PrometheusServer> StartAsync(NetworkNamespace ns, string configuration, StateDirectory state, CancellationToken cancellationToken)
    {
        var process = ns.Start(
            new(MonitoringPrograms.Prometheus, $"--config.file={configuration}", $"--storage.tsdb.path={state.File("prometheus")}", "--web.listen-address=127.0.0.1:9090", "--log.level=warn"),
            state.File("prometheus.log"));
        var server = new PrometheusServer(process, new HttpClient(NamespaceHttp.CreateHandler(ns)) { BaseAddress = new("http://127.0.0.1:9090") });
        await Eventually.BecomesTrueAsync("Prometheus is ready", () => server.IsReadyAsync(cancellationToken), cancellationToken);
        return server;
    }

    /// <summary>What an expression gives now: each series' labels with its value.</summary>
    public async Task<IReadOnlyList<JsonNode>> QueryAsync(string expression, CancellationToken cancellationToken) =>
        await ResultAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}", cancellationToken);

    /// <summary>What an expression gave at every step: each series' labels with its values.</summary>
    public async Task<IReadOnlyList<JsonNode>> QueryAsync(string expression, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken) =>
        await ResultAsync(
            string.Create(CultureInfo.InvariantCulture, $"/api/v1/query_range?query={Uri.EscapeDataString(expression)}&start={from.ToUnixTimeSeconds()}&end={to.ToUnixTimeSeconds()}&step={step.TotalSeconds}"),
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        if (_process.HasExited) throw _process.Failure("ended before it was ready");
        try
        {
            using var answer = await _http.GetAsync(new Uri("/-/ready", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<JsonNode>> ResultAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
        Assert.True((string?)body["status"] == "success", $"{Uri.UnescapeDataString(path)}: {body["error"]}");
        return [.. body["data"]!["result"]!.AsArray().Select(r => r!)];
    }
}
