using System.Collections.Concurrent;
using System.Net;
using KubeWol.Api;
using KubeWol.Operator.Page;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Page;

/// <summary>Agents are asked when somebody looks, for a second at the most, and not again at once.</summary>
public sealed class AgentVisitsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Agents _agents = new();
    private readonly AgentVisits _visits;

    public AgentVisitsTests() => _visits = new(new(_agents), _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _visits.Dispose();
        _agents.Dispose();
    }

    [Fact]
    public async Task Every_agent_is_asked_where_its_pod_is()
    {
        var figures = await _visits.AskAsync([Agent("a", "192.0.2.1"), Agent("b", "2001:db8::1", 1234), Agent("c", null)], Cancel);

        Assert.Equal(["http://192.0.2.1:9842/metrics", "http://[2001:db8::1]:1234/metrics"], _agents.Asked.Order());
        Assert.Equal(["a", "b"], figures.Keys.Select(k => k.Name).Order());
    }

    [Fact]
    public async Task Whoever_looks_again_at_once_is_shown_the_same()
    {
        await _visits.AskAsync([Agent("a", "192.0.2.1")], Cancel);
        await _visits.AskAsync([Agent("a", "192.0.2.1")], Cancel);
        Assert.Single(_agents.Asked);

        _time.Advance(AgentVisits.Freshness);
        await _visits.AskAsync([Agent("a", "192.0.2.1")], Cancel);
        Assert.Equal(2, _agents.Asked.Count);
    }

    [Fact]
    public async Task One_that_is_stuck_and_one_that_fails_do_not_keep_the_others_from_being_shown()
    {
        _agents.Answer = async (uri, cancellationToken) =>
        {
            if (uri.Host == "192.0.2.1") await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
            return new(uri.Host == "192.0.2.2" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK) { Content = new StringContent(Agents.Page) };
        };
        var asking = _visits.AskAsync([Agent("stuck", "192.0.2.1"), Agent("broken", "192.0.2.2"), Agent("well", "192.0.2.3")], Cancel);
        await TestCluster.Eventually.BecomesTrueAsync("all are asked", () => _agents.Asked.Count == 3, Cancel);
        _time.Advance(AgentVisits.Patience);

        Assert.Equal(["well"], (await asking).Keys.Select(k => k.Name));
    }

    [Fact]
    public async Task A_reader_who_goes_away_leaves_nothing_behind()
    {
        using var gone = new CancellationTokenSource();
        _agents.Answer = async (_, cancellationToken) =>
        {
            await gone.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new InvalidOperationException("was not cancelled");
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _visits.AskAsync([Agent("a", "192.0.2.1")], gone.Token));

        _agents.Answer = Agents.Well;
        Assert.Single(await _visits.AskAsync([Agent("a", "192.0.2.1")], Cancel));
    }

    [Theory]
    [InlineData("192.0.2.1", 9842, "http://192.0.2.1:9842/metrics")]
    [InlineData("kubernetes.default.svc", 9842, null)]
    [InlineData("192.0.2.1", 0, null)]
    [InlineData("192.0.2.1", 70_000, null)]
    [InlineData("", 9842, null)]
    public void An_agent_is_found_by_an_address_and_a_port_and_never_by_a_name(string address, int port, string? url) =>
        Assert.Equal(url, AgentVisits.AddressOf(Agent("a", address, port))?.ToString());

    internal static Pod Agent(string name, string? address, int port = 9842, string node = "node-a", bool ready = true) => new()
    {
        Metadata = new() { Namespace = "kubewol-system", Name = name, Uid = $"uid-of-{name}", ResourceVersion = World.Some.NextVersion() },
        Spec = new(node, [new([new("metrics", port)])]),
        Status = new([new("Ready", ready ? "True" : "False")], address),
    };

    internal sealed class Agents : HttpMessageHandler
    {
        public const string Page = "kubewol_agent_index_addresses 7\nkubewol_agent_index_known 1\nkubewol_agent_capture_frames_total{interface=\"eth0\"} 42\n";

        public ConcurrentQueue<string> Asked { get; } = [];

        public Func<Uri, CancellationToken, Task<HttpResponseMessage>> Answer { get; set; } = Well;

        public static Task<HttpResponseMessage> Well(Uri uri, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage { Content = new StringContent(Page) });

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Enqueue(request.RequestUri!.ToString());
            return Answer(request.RequestUri!, cancellationToken);
        }
    }
}
