using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>The program itself, running on a node.</summary>
internal sealed class AgentProgram : IAsyncDisposable
{
    private readonly HttpClient _http;

    private AgentProgram(ChildProcess process, HttpClient http) => (Process, _http) = (process, http);

    public ChildProcess Process { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>How it is started; nothing of the developer's own configuration reaches it.</summary>
    public static ProcessSpec Spec(string home, params IEnumerable<string> arguments) => new(Path.Combine(AppContext.BaseDirectory, "kubewol-agent"), [.. arguments])
    {
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = home, ["KUBECONFIG"] = null, ["KUBERNETES_SERVICE_HOST"] = null, ["POD_NAMESPACE"] = null, ["NODE_NAME"] = "node-a",
        },
    };

    /// <summary>Starts it in a namespace and waits until it serves its probes.</summary>
    public static async Task<AgentProgram> StartAsync(NetworkNamespace space, ProcessSpec spec, string logFile)
    {
        var process = space.Start(spec with { Arguments = [.. spec.Arguments, "--listen", "127.0.0.1:0", "--log-format", "text"] }, logFile);
        var started = await process.WaitForLineAsync(l => l.Contains("serves /metrics", StringComparison.Ordinal), Bounded.Limit, Cancel);
        return new(process, new HttpClient(NamespaceHttp.CreateHandler(space)) { BaseAddress = new(started[(started.LastIndexOf(' ') + 1)..]), Timeout = TimeSpan.FromSeconds(5) });
    }

    /// <summary>Waits for a line of its log; those before <paramref name="after"/> do not count.</summary>
    public Task SaysAsync(string words, int after = 0) =>
        Eventually.BecomesTrueAsync($"'{words}' is logged", () => Process.Lines.Skip(after).Any(l => l.Contains(words, StringComparison.Ordinal)), Cancel);

    /// <summary>What a probe is answered: the status and the words.</summary>
    public async Task<string> ReadyzAsync()
    {
        using var answer = await _http.GetAsync(new Uri("readyz", UriKind.Relative), Cancel);
        return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}";
    }

    public Task<string> MetricsAsync() => _http.GetStringAsync(new Uri("metrics", UriKind.Relative), Cancel);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }
}
