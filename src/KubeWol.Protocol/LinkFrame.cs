namespace KubeWol.Protocol;

/// <summary>What the link layer says of a frame, whichever header it had; VLAN tags are taken off.</summary>
internal readonly ref struct LinkFrame
{
    /// <summary>The sender's address; zero in a cooked capture from a device that has none of six octets.</summary>
    public MacAddress Source { get; init; }

    public VlanIds Vlans { get; init; }

    public ushort EtherType { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    public static bool TryParse(LinkType link, ReadOnlySpan<byte> bytes, out LinkFrame frame, out DropReason reason)
    {
        frame = default;
        reason = DropReason.Oversized;
        if (bytes.Length > WolFrame.MaxLength) return false;

        bool isWhole;
        switch (link)
        {
            case LinkType.Ethernet:
                isWhole = EthernetFrame.TryParse(bytes, out frame);
                break;
            case LinkType.LinuxCooked:
                isWhole = CookedFrame.Version1.TryParse(bytes, out frame);
                break;
            case LinkType.LinuxCooked2:
                isWhole = CookedFrame.Version2.TryParse(bytes, out frame);
                break;
            default:
                reason = DropReason.UnknownLinkType;
                return false;
        }
        reason = DropReason.FrameTooShort;
        return isWhole && VlanTags.TryStrip(ref frame, out reason);
    }
}
