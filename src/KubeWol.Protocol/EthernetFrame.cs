using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace KubeWol.Protocol;

/// <summary>Ethernet II: two addresses, VLAN tags if any, the EtherType, the payload.</summary>
internal static class EthernetFrame
{
    private const int SourceAt = 6;
    private const int EtherTypeAt = 12;
    private const int HeaderSize = 14;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(ReadOnlySpan<byte> bytes, ref LinkFrame frame)
    {
        if (bytes.Length < HeaderSize) return false;

        frame.Source = new MacAddress(bytes.Slice(SourceAt, MacAddress.Size));
        frame.EtherType = BinaryPrimitives.ReadUInt16BigEndian(bytes[EtherTypeAt..]);
        frame.Payload = bytes[HeaderSize..];
        return true;
    }

    /// <summary>The frame whose last part starts with its first VLAN tag, or with its EtherType if it has none.</summary>
    public static byte[] Build(MacAddress destination, MacAddress source, ReadOnlySpan<byte> typeAndPayload)
    {
        byte[] frame = [.. new byte[EtherTypeAt], .. typeAndPayload];
        destination.CopyTo(frame);
        source.CopyTo(frame.AsSpan(SourceAt));
        return frame;
    }
}
