using System.Net;
using System.Text;

namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>What a page says.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The media type of the body.</param>
/// <param name="Body">The whole body.</param>
public sealed record PageAnswer(HttpStatusCode Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>Words for people and probes.</summary>
    public static PageAnswer Text(HttpStatusCode status, string words) => new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(words));
}
