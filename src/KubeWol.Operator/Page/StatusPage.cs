using System.Net;
using System.Text;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Hosting;

namespace KubeWol.Operator.Page;

/// <summary>Answers who looks at /status. It names machines of all namespaces: whoever may forward a port to the operator may see it, and nobody else.</summary>
internal sealed class StatusPage(PageReader reader, IRuntimeState runtime)
{
    public const string Path = "/status";

    private const int LongestFind = 64;

    /// <summary>The page, or why there is none.</summary>
    public async Task<PageAnswer> AnswerAsync(PageVisit visit, CancellationToken cancellationToken)
    {
        if (!visit.IsLocal) return PageAnswer.Text(HttpStatusCode.Forbidden, "Only from the pod itself: kubectl port-forward to it, and ask for localhost.\n");
        if (!runtime.IsSynced) return PageAnswer.Text(HttpStatusCode.ServiceUnavailable, "The operator is still reading what there is; try again in a moment.\n");
        var facts = await reader.ReadAsync(Find(visit.Query), runtime.IsLeading, cancellationToken).ConfigureAwait(false);
        return new(HttpStatusCode.OK, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(PageWriter.Write(facts)));
    }

    /// <summary>What a form with a field called find sends.</summary>
    private static string Find(string query)
    {
        var text = query.Split('&').FirstOrDefault(part => part.StartsWith("find=", StringComparison.Ordinal))?["find=".Length..];
        var find = text is null ? "" : WebUtility.UrlDecode(text).Trim();
        return find.Length > LongestFind ? find[..LongestFind] : find;
    }
}
