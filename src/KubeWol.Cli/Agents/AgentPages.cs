using System.Net;
using System.Text.Json;
using KubeWol.Operator.Page;

namespace KubeWol.Cli.Agents;

/// <summary>What one agent serves to its own node: its figures, and the frames that it heard.</summary>
internal sealed class AgentPages : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    public AgentPages(ClusterSession session, AgentPod pod) => _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) => await ForwardedPort.OpenAsync(session, pod, cancellationToken).ConfigureAwait(false),
        ConnectTimeout = Patience,
    })
    {
        BaseAddress = new Uri($"http://localhost:{pod.Port}"),
        Timeout = Patience,
        DefaultRequestVersion = HttpVersion.Version11,
    };

    /// <exception cref="HttpRequestException">There is no way to it, or to something else.</exception>
    public async Task<AgentFigures> ReadFiguresAsync(CancellationToken cancellationToken) =>
        AgentFigures.Parse(await _http.GetStringAsync(new Uri("metrics", UriKind.Relative), cancellationToken).ConfigureAwait(false)) ?? throw new HttpRequestException("what answers there is no agent");

    /// <exception cref="HttpRequestException">There is no way to it.</exception>
    /// <exception cref="JsonException">What it serves is not what this version knows.</exception>
    public async Task<HeardFrames> ReadFramesAsync(CancellationToken cancellationToken)
    {
        var page = await _http.GetByteArrayAsync(new Uri("frames", UriKind.Relative), cancellationToken).ConfigureAwait(false);
        return JsonSerializer.Deserialize(page, CliJson.Default.HeardFrames) ?? throw new JsonException("the page is empty");
    }

    public void Dispose() => _http.Dispose();
}
