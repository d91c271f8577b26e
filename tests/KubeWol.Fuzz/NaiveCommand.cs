using System.Formats.Cbor;

namespace KubeWol.Fuzz;

/// <summary>A signed command's shape as the runtime's own CBOR reader sees it, in the mode that refuses all but the shortest forms.</summary>
internal static class NaiveCommand
{
    /// <summary>How many octets the command at the start has; 0 if none stands there.</summary>
    public static int Measure(ReadOnlySpan<byte> bytes)
    {
        const int Tag = 6;
        if (bytes.IsEmpty || bytes[0] >> 5 != Tag) return 0;
        byte[] within = [.. bytes[..Math.Min(bytes.Length, 1024)]];
        try
        {
            var reader = new CborReader(within, CborConformanceMode.Canonical, allowMultipleRootLevelValues: true);
            var isCommand = reader.ReadTag() == (CborTag)18
                && reader.PeekState() == CborReaderState.StartArray && reader.ReadStartArray() == 4
                && reader.PeekState() == CborReaderState.ByteString && reader.ReadByteString() is not null
                && reader.PeekState() == CborReaderState.StartMap && reader.ReadStartMap() == 0 && EndMap(reader)
                && reader.PeekState() == CborReaderState.ByteString && reader.ReadByteString() is not null
                && reader.PeekState() == CborReaderState.ByteString && reader.ReadByteString().Length == 64;
            return isCommand ? within.Length - reader.BytesRemaining : 0;
        }
        catch (CborContentException)
        {
            return 0;
        }
    }

    /// <summary>Whether a tail without a command has to be taken for the rest of one.</summary>
    public static bool IsRemnant(ReadOnlySpan<byte> tail)
    {
        if (tail.Length is 0 or 4 or 6) return false;
        foreach (var place in (int[])[0, 4, 6])
        {
            if (tail.Length < place + 2) continue;
            var right = (tail[place] == 0xD2 ? 1 : 0) + (tail[place + 1] == 0x84 ? 1 : 0);
            if (right == 2 && tail.Length > 6) return true;
            if (right == 1 && tail.Length >= 72) return true;
        }
        return false;
    }

    private static bool EndMap(CborReader reader)
    {
        reader.ReadEndMap();
        return true;
    }
}
