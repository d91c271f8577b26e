using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>One request, and the test's way to answer it, well or badly.</summary>
internal sealed class Exchange
{
    private readonly HttpContext _context;
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Exchange(HttpContext context, string body)
    {
        (_context, Body) = (context, body);
        context.RequestAborted.Register(() => _left.TrySetResult());
    }

    public string Body { get; }

    /// <summary>Completes when the client goes away.</summary>
    public Task Left => _left.Task;

    public Task Answered => _answered.Task;

    /// <summary>The name of the WakeRequest in the body.</summary>
    public string Name => JsonNode.Parse(Body)!["metadata"]!["name"]!.GetValue<string>();

    /// <summary>The address that the WakeRequest in the body calls.</summary>
    public string Target => JsonNode.Parse(Body)!["spec"]!["target"]!["macAddress"]!.GetValue<string>();

    /// <summary>As in <c>POST /apis/…</c>.</summary>
    public override string ToString() => $"{_context.Request.Method} {_context.Request.Path}{_context.Request.QueryString}";

    public async Task AnswerAsync(int status, string body, string? retryAfter = null)
    {
        _context.Response.StatusCode = status;
        _context.Response.ContentType = "application/json";
        if (retryAfter is not null) _context.Response.Headers.RetryAfter = retryAfter;
        await _context.Response.WriteAsync(body, TestContext.Current.CancellationToken);
        _answered.TrySetResult();
    }

    /// <summary>Takes what was sent.</summary>
    public Task CreateAsync() => AnswerAsync(StatusCodes.Status201Created, Body);

    /// <summary>Refuses as the API server does.</summary>
    public Task RefuseAsync(int status, string reason, string message = "a sentence", string? retryAfter = null) => AnswerAsync(
        status, $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":{{JsonSerializer.Serialize(message)}},"reason":"{{reason}}","code":{{status}}}""", retryAfter);

    /// <summary>Breaks the connection in the middle of an answer, or before one.</summary>
    public async Task CutAsync(bool midway)
    {
        if (midway)
        {
            _context.Response.ContentLength = 1000;
            await _context.Response.WriteAsync("{\"kind\":", TestContext.Current.CancellationToken);
            await _context.Response.Body.FlushAsync(TestContext.Current.CancellationToken);
        }

        _context.Abort();
        _answered.TrySetResult();
    }
}
