using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>One request, and the test's way to answer it well or badly.</summary>
internal sealed class Exchange
{
    private readonly HttpContext _context;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Exchange(HttpContext context, string body)
    {
        (_context, Body) = (context, body);
        Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        (Method, Protocol) = (context.Request.Method, context.Request.Protocol);
        Headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        ClientCertificate = context.Connection.ClientCertificate?.Subject;
        context.RequestAborted.Register(() =>
        {
            _left.TrySetResult();
            _finished.TrySetResult();
        });
    }

    public string Method { get; }

    /// <summary>Path and query as they came.</summary>
    public string Target { get; }

    public string Protocol { get; }

    public string Body { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The subject of the client's certificate, or null.</summary>
    public string? ClientCertificate { get; }

    public int Status { set => _context.Response.StatusCode = value; }

    /// <summary>Completes when the client goes away.</summary>
    public Task Left => _left.Task;

    public Task Finished => _finished.Task;

    public string Query(string name) => _context.Request.Query[name].ToString();

    public static async Task<Exchange> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        return new(context, await reader.ReadToEndAsync(context.RequestAborted));
    }

    public async Task AnswerAsync(int status, string body, string contentType = "application/json", params IEnumerable<(string Name, string Value)> headers)
    {
        _context.Response.StatusCode = status;
        _context.Response.ContentType = contentType;
        foreach (var (name, value) in headers) _context.Response.Headers[name] = value;
        await _context.Response.WriteAsync(body, Bounded.Test);
        End();
    }

    /// <summary>Refuses as the API server does.</summary>
    public Task RefuseAsync(int status, string reason, string message, int? retryAfter = null) =>
        AnswerAsync(status, Refusal(status, reason, message), headers: retryAfter is { } seconds ? [("Retry-After", $"{seconds}")] : []);

    public static string Refusal(int status, string reason, string message) =>
        $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{status}}}""";

    /// <summary>Sends the answer's headers at once, and then this much of its body; the answer stays open.</summary>
    public async Task StreamAsync(string text)
    {
        if (!_context.Response.HasStarted) _context.Response.ContentType = "application/json";
        await _context.Response.WriteAsync(text, Bounded.Test);
        await _context.Response.Body.FlushAsync(Bounded.Test);
    }

    /// <summary>Ends the answer in order.</summary>
    public void End() => _finished.TrySetResult();

    /// <summary>Tears the connection down.</summary>
    public void Cut() => _context.Abort();
}
