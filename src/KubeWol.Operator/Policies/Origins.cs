using System.Net;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Operator.Policies;

/// <summary>Where a frame came from, against where a policy says it may come from.</summary>
internal static class Origins
{
    /// <summary>Whether one of the origins matches; a policy that names none takes frames from anywhere.</summary>
    public static bool Matches(this IReadOnlyList<FrameOrigin>? from, CapturedFrame frame) => from is null || from.Any(o => Matches(o, frame));

    private static bool Matches(FrameOrigin origin, CapturedFrame frame) =>
        (origin.Nodes is not { } nodes || nodes.Contains(frame.Node))
        && (origin.Interfaces is not { } interfaces || interfaces.Contains(frame.Interface))
        && (origin.Vlans is not { } vlans || vlans.Contains(frame.Vlans is [var outermost, ..] ? outermost : 0))
        && (origin.SourceMacs is not { } macs || macs.Any(m => BeginsWith(frame.SourceMac, m)))
        && (origin.SourceCidrs is not { } networks || networks.Any(n => IsIn(frame.SourceIp, n)));

    private static bool BeginsWith(string? address, string prefix) =>
        MacAddress.TryParse(address, null, out var mac) && mac.ToString("N").StartsWith(Bare(prefix), StringComparison.Ordinal);

    private static string Bare(string octets) => string.Concat(octets.Where(char.IsAsciiHexDigit)).ToLowerInvariant();

    private static bool IsIn(string? address, string network) =>
        IPAddress.TryParse(address, out var ip) && IPNetwork.TryParse(network, out var known) && known.Contains(ip);
}
