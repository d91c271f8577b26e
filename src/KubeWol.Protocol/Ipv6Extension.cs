namespace KubeWol.Protocol;

/// <summary>The IPv6 extension headers that may stand before a datagram; the values are their protocol numbers.</summary>
public enum Ipv6Extension : byte
{
    /// <summary>Options for every router on the way (RFC 8200, 4.3).</summary>
    HopByHop = IpProtocol.HopByHop,

    /// <summary>Nodes to visit (RFC 8200, 4.4).</summary>
    Routing = IpProtocol.Routing,

    /// <summary>This packet's place in a larger one (RFC 8200, 4.5).</summary>
    Fragment = IpProtocol.Fragment,

    /// <summary>A check value (RFC 4302).</summary>
    Authentication = IpProtocol.Authentication,

    /// <summary>Options for the receiver (RFC 8200, 4.6).</summary>
    DestinationOptions = IpProtocol.DestinationOptions,
}
