namespace KubeWol.Fuzz;

/// <summary>Spoils frames in the ways that matter to this parser: bits, lengths, cuts, runs of 0xFF, parts doubled and mixed.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> seeds)
{
    private static readonly byte[] Telling = [0x00, 0x01, 0x06, 0x08, 0x11, 0x2C, 0x33, 0x45, 0x4F, 0x60, 0x7F, 0x80, 0x81, 0x88, 0xFE, 0xFF];

    public byte[] Next()
    {
        List<byte> bytes = [.. AnySeed()];
        for (var changes = random.Next(1, 9); changes > 0; changes--) Change(bytes);
        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(AnySeed());
            return;
        }
        var at = random.Next(bytes.Count);
        var length = Math.Min(random.Next(1, random.Next(2, 200)), bytes.Count - at);
        switch (random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = Telling[random.Next(Telling.Length)];
                break;
            case 2:
                bytes[at] += (byte)random.Next(-3, 4);
                break;
            case 3:
                for (var i = at; i < at + length; i++) bytes[i] = 0xFF;
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 7:
                bytes.InsertRange(at, Enumerable.Repeat((byte)0xFF, length));
                break;
            case 8:
                // A length of two octets that is too small rather than too large.
                bytes[at] = 0;
                if (at + 1 < bytes.Count) bytes[at + 1] = (byte)random.Next(160);
                break;
            default:
                var other = AnySeed();
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.Skip(random.Next(other.Length)));
                break;
        }
    }

    private byte[] AnySeed() => seeds[random.Next(seeds.Count)];
}
