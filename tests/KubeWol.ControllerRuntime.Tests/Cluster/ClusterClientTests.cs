using System.Net;
using System.Text.Json;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KubeWol.ControllerRuntime.Tests.Cluster;

public sealed class ClusterClientTests : IAsyncLifetime
{
    private static readonly ResourceKey Key = new("default", "w");

    private readonly StillTime _time = new();
    private ScriptedServer _server = null!;
    private ClusterConnection _connection = null!;
    private ClusterClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
        _connection = Clusters.Connect(_server.Address);
        _client = new(_connection, _time);
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_object_is_read_by_its_path_and_decoded()
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);

        var request = await _server.NextAsync();
        Assert.Equal(("GET", "/apis/test.kubewol.io/v1/namespaces/default/widgets/w"), (request.Method, request.Target));
        Assert.Equal("application/json", request.Headers["Accept"]);
        Assert.StartsWith("kubewol/", request.Headers["User-Agent"], StringComparison.Ordinal);
        await request.AnswerAsync(200, Widget.Of("w", 3).ToJson());

        Assert.Equal(Widget.Of("w", 3), await get);
    }

    [Fact]
    public async Task An_object_that_is_not_there_is_null()
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        await (await _server.NextAsync()).RefuseAsync(404, "NotFound", "widgets \\\"w\\\" not found");

        Assert.Null(await get);
    }

    [Theory]
    [InlineData("404 page not found\n", "text/plain")]
    [InlineData("""{"kind":"Status","reason":"","code":404,"message":"the server could not find the requested resource"}""", "application/json")]
    public async Task A_kind_that_is_not_served_is_not_taken_for_an_object_that_is_not_there(string body, string contentType)
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        await (await _server.NextAsync()).AnswerAsync(404, body, contentType);
        Assert.True((await Assert.ThrowsAsync<ApiException>(() => get)).IsNotFound);

        var delete = _client.DeleteAsync(Widget.Type, Key, "u", Bounded.Test);
        await (await _server.NextAsync()).AnswerAsync(404, body, contentType);
        await Assert.ThrowsAsync<ApiException>(() => delete);
    }

    [Fact]
    public async Task An_object_is_created_and_returned_as_stored()
    {
        var create = _client.CreateAsync(Widget.Type, Widget.Of("w", 0), Bounded.Test);

        var request = await _server.NextAsync();
        Assert.Equal(("POST", "/apis/test.kubewol.io/v1/namespaces/default/widgets", "application/json"), (request.Method, request.Target, request.Headers["Content-Type"]));
        Assert.Equal(Widget.Of("w", 0).ToJson(), request.Body);
        await request.AnswerAsync(201, Widget.Of("w", 7).ToJson());

        Assert.Equal("7", (await create).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_conflict()
    {
        var create = _client.CreateAsync(Widget.Type, Widget.Of("w", 0), Bounded.Test);
        await (await _server.NextAsync()).RefuseAsync(409, "AlreadyExists", "widgets \\\"w\\\" already exists");

        var e = await Assert.ThrowsAsync<ApiException>(() => create);

        Assert.True(e.IsConflict);
        Assert.Equal(("AlreadyExists", "widgets \"w\" already exists"), (e.Reason, e.Message));
    }

    [Fact]
    public async Task A_replacement_carries_the_version_it_replaces()
    {
        var replace = _client.ReplaceAsync(Widget.Type, Widget.Of("w", 5), Bounded.Test);

        var request = await _server.NextAsync();
        Assert.Equal(("PUT", "/apis/test.kubewol.io/v1/namespaces/default/widgets/w"), (request.Method, request.Target));
        Assert.Contains("\"resourceVersion\":\"5\"", request.Body, StringComparison.Ordinal);
        await request.AnswerAsync(200, Widget.Of("w", 6).ToJson());

        Assert.Equal("6", (await replace).Metadata.ResourceVersion);
    }

    [Theory]
    [InlineData(null, "/apis/test.kubewol.io/v1/namespaces/default/widgets/w")]
    [InlineData("status", "/apis/test.kubewol.io/v1/namespaces/default/widgets/w/status")]
    public async Task A_patch_is_a_merge_patch_of_the_object_or_of_a_subresource(string? subresource, string target)
    {
        var patch = _client.PatchAsync(Widget.Type, Key, """{"spec":null}"""u8.ToArray(), subresource, Bounded.Test);

        var request = await _server.NextAsync();
        Assert.Equal(("PATCH", target, "application/merge-patch+json", """{"spec":null}"""), (request.Method, request.Target, request.Headers["Content-Type"], request.Body));
        await request.AnswerAsync(200, Widget.Of("w", 6).ToJson());

        Assert.Equal("6", (await patch).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_deletion_insists_on_the_very_object()
    {
        var delete = _client.DeleteAsync(Widget.Type, Key, "u\"1", Bounded.Test);

        var request = await _server.NextAsync();
        Assert.Equal(("DELETE", "/apis/test.kubewol.io/v1/namespaces/default/widgets/w"), (request.Method, request.Target));
        Assert.Equal("u\"1", JsonDocument.Parse(request.Body).RootElement.GetProperty("preconditions").GetProperty("uid").GetString());
        await request.AnswerAsync(200, "{}");

        Assert.True(await delete);
    }

    [Theory]
    [InlineData(404, "NotFound")]
    [InlineData(409, "Conflict")]
    public async Task Deleting_what_is_gone_or_another_is_no_failure_and_no_deletion(int status, string reason)
    {
        var delete = _client.DeleteAsync(Widget.Type, Key, "u", Bounded.Test);
        await (await _server.NextAsync()).RefuseAsync(status, reason, "no");

        Assert.False(await delete);
    }

    [Theory]
    [InlineData(401, "Unauthorized", true)]
    [InlineData(403, "Forbidden", false)]
    [InlineData(408, "Timeout", true)]
    [InlineData(409, "Conflict", false)]
    [InlineData(410, "Expired", false)]
    [InlineData(422, "Invalid", false)]
    [InlineData(429, "TooManyRequests", true)]
    [InlineData(500, "InternalError", true)]
    [InlineData(503, "ServiceUnavailable", true)]
    [InlineData(504, "Timeout", true)]
    public async Task A_refusal_says_what_the_server_said_and_whether_it_may_pass(int status, string reason, bool transient)
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        await (await _server.NextAsync()).RefuseAsync(status, reason, "because");

        var e = await Assert.ThrowsAsync<ApiException>(() => get);

        Assert.Equal(((HttpStatusCode)status, reason, "because", transient), (e.StatusCode, e.Reason, e.Message, e.IsTransient));
        Assert.Null(e.RetryAfter);
    }

    [Theory]
    [InlineData("7", "{}", 7)]
    [InlineData("7", """{"details":{"retryAfterSeconds":3}}""", 7)]
    [InlineData(null, """{"details":{"retryAfterSeconds":3}}""", 3)]
    [InlineData(null, """{"details":{}}""", null)]
    [InlineData("soon", "{}", null)]
    public async Task A_server_may_name_a_time_in_its_header_or_in_its_words(string? header, string body, int? seconds)
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        await (await _server.NextAsync()).AnswerAsync(429, body, headers: header is null ? [] : [("Retry-After", header)]);

        Assert.Equal(seconds, (int?)(await Assert.ThrowsAsync<ApiException>(() => get)).RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData(502, "<html>Bad Gateway</html>\n", "HTTP 502 <html>Bad Gateway</html>")]
    [InlineData(500, "", "HTTP 500")]
    [InlineData(500, "null", "HTTP 500 null")]
    [InlineData(500, "[1]", "HTTP 500 [1]")]
    [InlineData(500, """{"error":"x"}""", """HTTP 500 {"error":"x"}""")]
    [InlineData(500, """{"message":{"not":"text"}}""", """HTTP 500 {"message":{"not":"text"}}""")]
    [InlineData(302, "moved", "HTTP 302 moved")]
    public async Task Whoever_answers_in_words_of_its_own_is_quoted(int status, string body, string message)
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        await (await _server.NextAsync()).AnswerAsync(status, body, "text/html", [("Location", "http://127.0.0.1:1/")]);

        var e = await Assert.ThrowsAsync<ApiException>(() => get);

        Assert.Equal((message, ""), (e.Message, e.Reason));
    }

    [Fact]
    public async Task A_page_of_nonsense_is_quoted_in_part()
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        await (await _server.NextAsync()).AnswerAsync(500, new string('é', 100_000), "text/html");

        Assert.InRange((await Assert.ThrowsAsync<ApiException>(() => get)).Message.Length, 200, 600);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{\"metadata\":{")]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("""{"spec":{"size":"large"}}""")]
    public async Task An_answer_that_is_not_the_object_is_a_fault_of_the_connection(string body)
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        await (await _server.NextAsync()).AnswerAsync(200, body);

        Assert.Contains("widgets", (await Assert.ThrowsAsync<HttpRequestException>(() => get)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_breaks_is_told_as_such(bool afterTheHeaders)
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        var request = await _server.NextAsync();
        if (afterTheHeaders) await request.StreamAsync("{\"meta");
        request.Cut();

        await Assert.ThrowsAsync<HttpRequestException>(() => get);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_ends_at_its_deadline_wherever_it_hangs(bool afterTheHeaders)
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        var request = await _server.NextAsync();
        if (afterTheHeaders) await request.StreamAsync("{\"meta");

        _time.Advance(_client.RequestTimeout);

        Assert.Contains("30 s", (await Assert.ThrowsAsync<TimeoutException>(() => get)).Message, StringComparison.Ordinal);
        await request.Left.SoonAsync();
    }

    [Fact]
    public async Task The_deadline_holds_for_the_words_of_a_refusal_too()
    {
        var get = _client.GetAsync(Widget.Type, Key, Bounded.Test);
        var request = await _server.NextAsync();
        request.Status = 500;
        await request.StreamAsync("{\"mess");

        _time.Advance(_client.RequestTimeout);

        await Assert.ThrowsAsync<TimeoutException>(() => get);
    }

    [Fact]
    public async Task Cancellation_is_cancellation_and_no_timeout()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bounded.Test);
        var get = _client.GetAsync(Widget.Type, Key, stop.Token);
        var request = await _server.NextAsync();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        await request.Left.SoonAsync();
    }

    [Theory]
    [InlineData("a b/c?d=e#f", "/apis/test.kubewol.io/v1/namespaces/default/widgets/a%20b%2Fc%3Fd%3De%23f")]
    [InlineData("ü%2e", "/apis/test.kubewol.io/v1/namespaces/default/widgets/%C3%BC%252e")]
    [InlineData("...", "/apis/test.kubewol.io/v1/namespaces/default/widgets/...")]
    public async Task A_name_stays_one_segment_of_the_path_whatever_it_contains(string name, string target)
    {
        var get = _client.GetAsync(Widget.Type, new("default", name), Bounded.Test);
        var request = await _server.NextAsync();
        await request.RefuseAsync(404, "NotFound", "no");

        Assert.Equal(target, request.Target);
        Assert.Null(await get);
    }

    [Theory]
    [InlineData("default", "")]
    [InlineData("default", ".")]
    [InlineData("default", "..")]
    [InlineData("..", "w")]
    [InlineData("", "w")]
    public async Task A_name_that_would_lead_to_another_place_is_refused_before_anything_is_sent(string @namespace, string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _client.DeleteAsync(Widget.Type, new(@namespace, name), "u", Bounded.Test));

        Assert.False(_server.HasNext);
    }

    [Theory]
    [InlineData("", "v1", "nodes", null, null, null, "/api/v1/nodes")]
    [InlineData("", "v1", "configmaps", "ns", "n", null, "/api/v1/namespaces/ns/configmaps/n")]
    [InlineData("kubevirt.io", "v1", "virtualmachines", null, null, null, "/apis/kubevirt.io/v1/virtualmachines")]
    [InlineData("subresources.kubevirt.io", "v1", "virtualmachines", "ns", "vm", "start", "/apis/subresources.kubevirt.io/v1/namespaces/ns/virtualmachines/vm/start")]
    public void Paths_are_those_of_the_api(string group, string version, string plural, string? @namespace, string? name, string? subresource, string path) =>
        Assert.Equal(path, ApiPath.Of(group, version, plural, @namespace, name, subresource));
}
