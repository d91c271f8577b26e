using System.Buffers.Binary;
using KubeWol.Protocol;

namespace KubeWol.Fuzz;

/// <summary>A classic capture file (the pcap savefile format): either byte order, micro- or nanoseconds.</summary>
public sealed record PcapFile(LinkType Link, IReadOnlyList<byte[]> Frames)
{
    private const int FileHeaderSize = 24;
    private const int FrameHeaderSize = 16;
    private const uint Microseconds = 0xA1B2C3D4;
    private const uint Nanoseconds = 0xA1B23C4D;
    private const int SnapshotLength = 262_144;

    /// <summary>Reads a whole file; throws when it is not one.</summary>
    public static PcapFile Read(ReadOnlySpan<byte> bytes)
    {
        var bigEndian = BinaryPrimitives.ReadUInt32BigEndian(bytes) is Microseconds or Nanoseconds;
        if (!bigEndian && BinaryPrimitives.ReadUInt32LittleEndian(bytes) is not (Microseconds or Nanoseconds))
            throw new InvalidDataException("The first four octets are not those of a pcap file.");

        // The upper bits of the link type's field tell of frame check sequences; there are none in our files.
        var link = (LinkType)ReadInt(bytes[20..]);
        List<byte[]> frames = [];
        for (var rest = bytes[FileHeaderSize..]; rest.Length > 0;)
        {
            var length = ReadInt(rest[8..]);
            frames.Add(rest.Slice(FrameHeaderSize, length).ToArray());
            rest = rest[(FrameHeaderSize + length)..];
        }
        return new PcapFile(link, frames);

        int ReadInt(ReadOnlySpan<byte> field) =>
            bigEndian ? BinaryPrimitives.ReadInt32BigEndian(field) : BinaryPrimitives.ReadInt32LittleEndian(field);
    }

    /// <summary>The file in one of the four forms. Frames are one second apart from zero on: the same frames make the same file.</summary>
    public byte[] Write(bool bigEndian = false, bool nanoseconds = false)
    {
        using var file = new MemoryStream();
        var version = bigEndian ? 2u << 16 | 4 : 4u << 16 | 2;
        foreach (var field in (uint[])[nanoseconds ? Nanoseconds : Microseconds, version, 0, 0, SnapshotLength, (uint)Link]) WriteInt(field);
        foreach (var (second, frame) in Frames.Index())
        {
            foreach (var field in (int[])[second, 0, frame.Length, frame.Length]) WriteInt((uint)field);
            file.Write(frame);
        }
        return file.ToArray();

        void WriteInt(uint value)
        {
            Span<byte> field = stackalloc byte[sizeof(uint)];
            if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(field, value);
            else BinaryPrimitives.WriteUInt32LittleEndian(field, value);
            file.Write(field);
        }
    }
}
