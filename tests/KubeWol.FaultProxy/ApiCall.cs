using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace KubeWol.FaultProxy;

/// <summary>What one request asks of the API server, and who asks.</summary>
/// <param name="Verb">GET, LIST, WATCH, POST, PUT, PATCH or DELETE.</param>
/// <param name="Resource">The plural name, with its subresource: <c>virtualmachines/start</c>; the path where it is no resource, such as <c>/readyz</c>.</param>
/// <param name="Namespace">The namespace asked about; null for all.</param>
/// <param name="Object">The object's name; null for all, and for a new one.</param>
/// <param name="Caller">The service account's name, such as <c>kubewol-operator</c>; "other" for those who come without its token.</param>
/// <param name="Pod">The pod that the caller's token is bound to; null where it is bound to none.</param>
/// <param name="Token">The caller's bearer token; null where there is none.</param>
/// <param name="Query">What stands after the question mark of the URL.</param>
/// <param name="Body">What a write brings; empty for a read.</param>
public sealed record ApiCall(string Verb, string Resource, string? Namespace, string? Object, string Caller, string? Pod, string? Token, string Query, string Body)
{
    /// <summary>Such as <c>PUT virtualmachines/start</c> or <c>WATCH wakerequests</c>.</summary>
    public string Name => $"{Verb} {Resource}";

    public bool IsWatch => Verb == "WATCH";

    /// <summary>Whether it may change something.</summary>
    public bool IsWrite => Verb is "POST" or "PUT" or "PATCH" or "DELETE";

    public override string ToString() => $"{Caller} {Name} {Namespace}/{Object}";

    internal static ApiCall Of(HttpRequest request, string body)
    {
        var token = request.Headers.Authorization.ToString() is { Length: > 7 } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..] : null;
        var (caller, pod) = WhoBears(token);
        var path = request.Path.Value ?? "/";
        // /api/VERSION/… or /apis/GROUP/VERSION/…
        string[] rest = path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api", _, .. var core] => core,
            ["apis", _, _, .. var group] => group,
            _ => [],
        };
        var ns = rest is ["namespaces", var named, _, ..] ? named : null;
        if (ns is not null) rest = rest[2..];
        if (rest is not [var plural, ..]) return new(request.Method, path, null, null, caller, pod, token, Uri.UnescapeDataString(request.QueryString.Value ?? ""), body);
        var name = rest.Length > 1 ? Uri.UnescapeDataString(rest[1]) : null;
        var resource = rest.Length > 2 ? $"{plural}/{string.Join('/', rest[2..])}" : plural;
        var verb = request.Method != "GET" ? request.Method : request.Query["watch"].ToString() is "1" or "true" ? "WATCH" : name is null ? "LIST" : "GET";
        return new(verb, resource, ns, name, caller, pod, token, Uri.UnescapeDataString(request.QueryString.Value ?? ""), body);
    }

    /// <summary>A service account's token says who bears it; nobody here needs to check that.</summary>
    private static (string Caller, string? Pod) WhoBears(string? token)
    {
        if (token?.Split('.') is not [_, var payload, _]) return ("other", null);
        using var claims = JsonDocument.Parse(Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(payload)));
        var subject = claims.RootElement.GetProperty("sub").GetString()!;
        var pod = claims.RootElement.TryGetProperty("kubernetes.io", out var bound) && bound.TryGetProperty("pod", out var one) ? one.GetProperty("name").GetString() : null;
        return (subject[(subject.LastIndexOf(':') + 1)..], pod);
    }
}
