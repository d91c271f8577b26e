using System.Buffers.Binary;

namespace KubeWol.Protocol;

/// <summary>The checksum of IPv4 and UDP headers (RFC 1071), for the frames that are built.</summary>
internal static class InternetChecksum
{
    public static ushort Compute(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1) sum += (uint)bytes[0] << 8;
        while (sum > ushort.MaxValue) sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}
