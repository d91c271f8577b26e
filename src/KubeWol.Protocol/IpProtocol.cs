namespace KubeWol.Protocol;

/// <summary>The numbers in an IPv4 header's protocol and an IPv6 header's next-header field (IANA protocol numbers).</summary>
internal static class IpProtocol
{
    public const byte HopByHop = 0;
    public const byte Udp = 17;
    public const byte Routing = 43;
    public const byte Fragment = 44;
    public const byte Authentication = 51;
    public const byte DestinationOptions = 60;

    public static bool IsExtension(byte protocol) => protocol is HopByHop or Routing or Fragment or Authentication or DestinationOptions;
}
