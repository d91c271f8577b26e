using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;

namespace KubeWol.Monitoring.Tests.Bed;

/// <summary>Where Alertmanager delivers to: a webhook that remembers how each alert stands.</summary>
internal sealed class AlertInbox : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, JsonNode> _alerts = [];
    private readonly Task _listening;

    public AlertInbox()
    {
        Port = LoopbackPorts.Pick();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _listening = ListenAsync();
    }

    public int Port { get; }

    /// <summary>Waits until an alert with these labels was delivered as firing, and returns it.</summary>
    public Task<JsonNode> FiresAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) => StandsAsync(name, labels, "firing", cancellationToken);

    /// <summary>Waits until that alert was delivered as resolved.</summary>
    public Task<JsonNode> ResolvesAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) => StandsAsync(name, labels, "resolved", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _listening;
        _listener.Close();
    }

    private async Task<JsonNode> StandsAsync(string name, IReadOnlyDictionary<string, string> labels, string status, CancellationToken cancellationToken)
    {
        JsonNode? found = null;
        await Eventually.BecomesTrueAsync(
            $"{name} is {status}; delivered so far: {string.Join(", ", _alerts.Values.Select(a => $"{a["labels"]!["alertname"]} {a["status"]}"))}", Limit,
            () => Task.FromResult((found = _alerts.Values.FirstOrDefault(a => Is(a, name, labels) && (string?)a["status"] == status)) is not null), cancellationToken);
        return found!;
    }

    private static bool Is(JsonNode alert, string name, IReadOnlyDictionary<string, string> labels) =>
        (string?)alert["labels"]!["alertname"] == name && labels.All(l => (string?)alert["labels"]![l.Key] == l.Value);

    private async Task ListenAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                var message = JsonNode.Parse(context.Request.InputStream)!;
                foreach (var alert in message["alerts"]!.AsArray()) _alerts[(string)alert!["fingerprint"]!] = alert.DeepClone();
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return; // the end of the test
            }
        }
    }
}
