using System.Net;

namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>Who asks for a page, and how.</summary>
/// <param name="Client">The client's address.</param>
/// <param name="Query">What follows the question mark, as it was sent; empty where there is none.</param>
/// <param name="Host">The Host header; null where there is none.</param>
public sealed record PageVisit(IPAddress Client, string Query = "", string? Host = null)
{
    /// <summary>
    /// Whether it comes from the program's own machine or pod, as a forwarded port does, and by an address. A name may be a stranger's that was made to
    /// mean this machine (DNS rebinding), which would let a web site read the page in its visitor's browser.
    /// </summary>
    public bool IsLocal => IPAddress.IsLoopback(Client) && (Host is null or "localhost" || Host.StartsWith("localhost:", StringComparison.Ordinal) || IPEndPoint.TryParse(Host, out _));
}
