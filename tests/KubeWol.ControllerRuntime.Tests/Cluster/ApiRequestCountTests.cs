using System.Net;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Prometheus;

namespace KubeWol.ControllerRuntime.Tests.Cluster;

/// <summary>Every request to the API server is counted once, by what came of it.</summary>
public sealed class ApiRequestCountTests : IDisposable
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly StillTime _time = new();
    private readonly Answering _transport = new();
    private readonly ClusterConnection _connection;
    private readonly ClusterClient _client;

    public ApiRequestCountTests()
    {
        _connection = Clusters.Connect(_transport);
        _client = new(_connection, _time) { Metrics = new RuntimeMetrics(_registry) };
    }

    public void Dispose()
    {
        _connection.Dispose();
        _transport.Dispose();
    }

    [Theory]
    [InlineData(200, nameof(ApiResult.Ok))]
    [InlineData(201, nameof(ApiResult.Ok))]
    [InlineData(400, nameof(ApiResult.Invalid))]
    [InlineData(401, nameof(ApiResult.Unauthorized))]
    [InlineData(403, nameof(ApiResult.Forbidden))]
    [InlineData(404, nameof(ApiResult.NotFound))]
    [InlineData(409, nameof(ApiResult.Conflict))]
    [InlineData(410, nameof(ApiResult.Gone))]
    [InlineData(422, nameof(ApiResult.Invalid))]
    [InlineData(429, nameof(ApiResult.Throttled))]
    [InlineData(500, nameof(ApiResult.ServerError))]
    [InlineData(503, nameof(ApiResult.ServerError))]
    public async Task An_answer_counts_by_its_status(int status, string result)
    {
        _transport.Answer = _ => Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent("{}") });
        await Record.ExceptionAsync(() => _client.SendAsync(HttpMethod.Patch, "/things", "{}"u8.ToArray(), null, Bounded.Test));
        await CountedAsync("PATCH", result);
    }

    [Fact]
    public async Task A_connection_that_breaks_counts()
    {
        _transport.Answer = _ => throw new HttpRequestException("broken");
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.SendAsync(HttpMethod.Get, "/things", null, null, Bounded.Test));
        await CountedAsync("GET", nameof(ApiResult.NoConnection));
    }

    [Fact]
    public async Task A_silence_that_somebody_gives_up_counts()
    {
        _transport.Answer = async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException();
        };
        var get = _client.SendAsync(HttpMethod.Get, "/things", null, null, Bounded.Test);
        _time.Advance(_client.RequestTimeout);
        await Assert.ThrowsAsync<TimeoutException>(() => get);
        await CountedAsync("GET", nameof(ApiResult.NoAnswer));
    }

    /// <summary>Once, as this, and all others are there at zero.</summary>
    private async Task CountedAsync(string method, string result)
    {
        Assert.Equal(1, await _registry.ReadAsync($"kubewol_api_requests_total{{method=\"{method}\",result=\"{result}\"}}"));
        foreach (var other in Enum.GetNames<ApiResult>().Where(r => r != result)) Assert.Equal(0, await _registry.ReadAsync($"kubewol_api_requests_total{{method=\"{method}\",result=\"{other}\"}}"));
    }

    private sealed class Answering : HttpMessageHandler
    {
        public Func<CancellationToken, Task<HttpResponseMessage>> Answer { get; set; } = null!;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Answer(cancellationToken);
    }
}
