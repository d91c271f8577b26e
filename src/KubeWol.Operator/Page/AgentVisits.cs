using System.Net;
using KubeWol.Api;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Page;

/// <summary>
/// Asks agents for their metrics, as Prometheus would, when somebody looks at the status page and not otherwise. It takes no right: what is asked is open,
/// and where is in the pods that the operator watches anyway.
/// </summary>
/// <param name="http">Follows no redirection, uses no proxy, and reads no more than a page of metrics may have.</param>
/// <param name="time">The clock.</param>
internal sealed class AgentVisits(HttpClient http, TimeProvider time) : IDisposable
{
    /// <summary>How long all agents together may take: the page does not wait for one that is stuck.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Whoever looks again within this time is shown the same figures, so that nobody can have agents asked all the time.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private const int AtOnce = 16;

    private readonly SemaphoreSlim _turn = new(1);
    private Dictionary<ResourceKey, AgentFigures> _figures = [];
    private long? _askedAt;

    /// <summary>A client for it.</summary>
    public static HttpClient Client() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 1 })
    {
        MaxResponseContentBufferSize = 1 << 20,
        Timeout = Timeout.InfiniteTimeSpan, // all of them together have a limit
    };

    /// <summary>The figures of those that answered in time.</summary>
    public async Task<IReadOnlyDictionary<ResourceKey, AgentFigures>> AskAsync(IReadOnlyCollection<Pod> agents, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_askedAt is { } asked && time.GetElapsedTime(asked) < Freshness) return _figures;
            using var limit = new CancellationTokenSource(Patience, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            using var places = new SemaphoreSlim(AtOnce);
            var answers = await Task.WhenAll(agents.Select(async agent => (Key: ResourceKey.Of(agent), Figures: await AskAsync(agent, places, both.Token).ConfigureAwait(false)))).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            _askedAt = time.GetTimestamp();
            return _figures = answers.Where(a => a.Figures is not null).ToDictionary(a => a.Key, a => a.Figures!);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Where a pod says its metrics are; null where it does not.</summary>
    public static Uri? AddressOf(Pod agent) =>
        agent.Port("metrics") is { } port and > 0 and <= IPEndPoint.MaxPort && IPAddress.TryParse(agent.Status?.Address, out var address) ? new($"http://{new IPEndPoint(address, port)}/metrics") : null;

    public void Dispose()
    {
        http.Dispose();
        _turn.Dispose();
    }

    private async Task<AgentFigures?> AskAsync(Pod agent, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        if (AddressOf(agent) is not { } address) return null;
        try
        {
            await places.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return AgentFigures.Parse(await http.GetStringAsync(address, cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                places.Release();
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException)
        {
            return null; // away, stuck, or no agent: the page says that it did not answer
        }
    }
}
