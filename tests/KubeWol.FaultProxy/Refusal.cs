using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace KubeWol.FaultProxy;

/// <summary>Answers with an error as the API server words it: a metav1.Status.</summary>
internal static class Refusal
{
    /// <summary>The HTTP status and the reason of a kind; null where it is no such answer.</summary>
    public static (int Code, string Reason)? Of(FaultKind kind, ApiCall call) => kind switch
    {
        FaultKind.Unauthorized => (401, "Unauthorized"),
        FaultKind.Forbidden => (403, "Forbidden"),
        FaultKind.NotServed => (404, ""),
        FaultKind.NoSuchObject => (404, "NotFound"),
        FaultKind.Conflict => (409, call.Verb == "POST" ? "AlreadyExists" : "Conflict"),
        FaultKind.Gone or FaultKind.GoneEvent => (410, "Expired"),
        FaultKind.TooLarge => (413, "RequestEntityTooLarge"),
        FaultKind.Invalid => (422, "Invalid"),
        FaultKind.TooManyRequests => (429, "TooManyRequests"),
        FaultKind.InternalError => (500, "InternalError"),
        FaultKind.Unavailable => (503, "ServiceUnavailable"),
        FaultKind.GatewayTimeout or FaultKind.GatewayTimeoutAfter => (504, "Timeout"),
        _ => null,
    };

    public static async Task WriteAsync(HttpContext context, Fault fault, ApiCall call)
    {
        var (code, reason) = Of(fault.Kind, call)!.Value;
        var response = context.Response;
        // Kestrel's own may be seconds old on a busy machine, and agents set their clocks by it.
        response.Headers.Date = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (fault.RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = $"{seconds}";
        // What an API server answers for a path that it does not know.
        if (reason.Length == 0)
        {
            (response.StatusCode, response.ContentType) = (code, "text/plain; charset=utf-8");
            await response.WriteAsync("404 page not found\n", context.RequestAborted);
            return;
        }

        var status = Status(code, reason, call);
        (response.StatusCode, response.ContentType) = (fault.Kind == FaultKind.GoneEvent ? 200 : code, "application/json");
        await response.WriteAsync(fault.Kind == FaultKind.GoneEvent ? $$"""{"type":"ERROR","object":{{status}}}""" + "\n" : status, context.RequestAborted);
    }

    private static string Status(int code, string reason, ApiCall call) => JsonSerializer.Serialize(new
    {
        kind = "Status",
        apiVersion = "v1",
        metadata = new { },
        status = "Failure",
        message = reason == "Forbidden"
            // An authorizer's words, by which it is told from the webhooks that answer 403, too.
            ? $"{call.Resource} \"{call.Object}\" is forbidden: User \"{call.Caller}\" cannot {call.Verb} resource \"{call.Resource}\" (injected)"
            : $"injected: {call.Name} {call.Object}",
        reason,
        code,
    });
}
