namespace KubeWol.Protocol;

/// <summary>Why a frame holds no magic packet; None when it does.</summary>
/// <remarks>In the order the layers are read. Where two attempts at a packet get equally far, the later reason is told.</remarks>
public enum DropReason
{
    /// <summary>The frame was not refused.</summary>
    None,

    /// <summary>The capture has a link type other than Ethernet and the Linux cooked ones.</summary>
    UnknownLinkType,

    /// <summary>The frame is longer than any IP datagram with its link header can be.</summary>
    Oversized,

    /// <summary>The frame ends before its own headers do.</summary>
    FrameTooShort,

    /// <summary>The frame has an IEEE 802.3 length where Ethernet II has a type.</summary>
    NotEthernetII,

    /// <summary>The frame has more than eight VLAN tags.</summary>
    TooManyVlanTags,

    /// <summary>The frame carries a protocol other than Wake-on-LAN (0x0842) and UDP.</summary>
    OtherProtocol,

    /// <summary>An IP or UDP header contradicts itself or the bytes that follow it.</summary>
    MalformedHeader,

    /// <summary>The IPv6 packet has more than eight extension headers.</summary>
    TooManyExtensionHeaders,

    /// <summary>The packet is a later fragment of a datagram, so that its start is not here.</summary>
    LaterFragment,

    /// <summary>The datagram goes to a UDP port that is not listened for.</summary>
    OtherPort,

    /// <summary>The payload has no six octets of 0xFF in a row, with which every magic packet starts.</summary>
    NoSyncStream,

    /// <summary>The synchronisation stream is there, but what follows is not sixteen times the same address.</summary>
    RepetitionMismatch,

    /// <summary>The payload ends before the sixteenth repetition of the address does.</summary>
    Truncated,

    /// <summary>The magic packet calls the address 00:00:00:00:00:00, which no machine has.</summary>
    ZeroTarget,

    /// <summary>
    /// The magic packet calls a multicast address, which no single machine has. Not refused while parsing: some senders reverse an address
    /// to say something else, and half of all reversed addresses look like multicast. Who knows no such meaning refuses by this name.
    /// </summary>
    MulticastTarget,

    /// <summary>The magic packet calls ff:ff:ff:ff:ff:ff, which would be every machine at once.</summary>
    BroadcastTarget,

    /// <summary>
    /// Behind the magic packet stands something that begins like a signed command and is none: damaged, cut, longer than 1024 octets, or
    /// followed by more. A property of one packet of the frame (MagicPacket.Problem); the frame's others count.
    /// </summary>
    MalformedCommand,
}
