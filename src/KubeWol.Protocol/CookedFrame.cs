using System.Buffers.Binary;

namespace KubeWol.Protocol;

/// <summary>
/// Linux cooked captures, libpcap's LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2: where the fields of a version's header
/// stand. Packet type and address length are given by their low octets.
/// </summary>
internal sealed record CookedFrame(
    int HeaderSize, int EtherTypeAt, int HardwareTypeAt, int PacketTypeAt, int AddressLengthAt, int AddressAt)
{
    private const ushort HardwareEthernet = 1;

    public static readonly CookedFrame Version1 = new(
        HeaderSize: 16, PacketTypeAt: 1, HardwareTypeAt: 2, AddressLengthAt: 5, AddressAt: 6, EtherTypeAt: 14);

    public static readonly CookedFrame Version2 = new(
        HeaderSize: 20, EtherTypeAt: 0, HardwareTypeAt: 8, PacketTypeAt: 10, AddressLengthAt: 11, AddressAt: 12);

    public bool TryParse(ReadOnlySpan<byte> bytes, ref LinkFrame frame)
    {
        if (bytes.Length < HeaderSize) return false;

        if (bytes[AddressLengthAt] == MacAddress.Size) frame.Source = new MacAddress(bytes.Slice(AddressAt, MacAddress.Size));
        frame.EtherType = BinaryPrimitives.ReadUInt16BigEndian(bytes[EtherTypeAt..]);
        frame.Payload = bytes[HeaderSize..];
        return true;
    }

    /// <summary>The frame as a receiving host captures it; its last part is as for EthernetFrame.Build.</summary>
    public byte[] Build(MacAddress destination, MacAddress source, ReadOnlySpan<byte> typeAndPayload)
    {
        byte[] frame = [.. new byte[HeaderSize], .. typeAndPayload[sizeof(ushort)..]];
        typeAndPayload[..sizeof(ushort)].CopyTo(frame.AsSpan(EtherTypeAt));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(HardwareTypeAt), HardwareEthernet);
        frame[PacketTypeAt] = (byte)(destination.IsBroadcast ? 1 : destination.IsMulticast ? 2 : 0);
        frame[AddressLengthAt] = MacAddress.Size;
        source.CopyTo(frame.AsSpan(AddressAt));
        return frame;
    }
}
