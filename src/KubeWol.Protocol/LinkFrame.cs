namespace KubeWol.Protocol;

/// <summary>What the link layer says of a frame, whichever header it had; VLAN tags are taken off.</summary>
internal ref struct LinkFrame
{
    /// <summary>The sender's address; zero in a cooked capture from a device that has none of six octets.</summary>
    public MacAddress Source { readonly get; set; }

    public VlanIds Vlans { readonly get; set; }

    public ushort EtherType { readonly get; set; }

    public ReadOnlySpan<byte> Payload { readonly get; set; }

    public static bool TryParse(LinkType link, ReadOnlySpan<byte> bytes, out LinkFrame frame, out DropReason reason)
    {
        frame = default;
        reason = DropReason.Oversized;
        if (bytes.Length > WolFrame.MaxLength) return false;

        bool isWhole;
        switch (link)
        {
            case LinkType.Ethernet:
                isWhole = EthernetFrame.TryParse(bytes, ref frame);
                break;
            case LinkType.LinuxCooked:
                isWhole = CookedFrame.Version1.TryParse(bytes, ref frame);
                break;
            case LinkType.LinuxCooked2:
                isWhole = CookedFrame.Version2.TryParse(bytes, ref frame);
                break;
            default:
                reason = DropReason.UnknownLinkType;
                return false;
        }
        reason = DropReason.FrameTooShort;
        return isWhole && VlanTags.TryStrip(ref frame, out reason);
    }
}
