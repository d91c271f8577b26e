namespace KubeWol.Protocol.Tests;

public sealed class AllocationTests
{
    [Fact]
    public void Reading_frames_good_or_bad_allocates_nothing()
    {
        byte[] payload = MagicPacket.Build(Samples.Target, password: [1, 2, 3, 4], prefix: [0xFF, 0xFF], copies: 3);
        var frames = Samples.Builders.Values.SelectMany(builder =>
        {
            var good = builder.Build(payload);
            byte[] broken = [.. good];
            broken[^20] ^= 1;
            byte[] ones = [.. Enumerable.Repeat((byte)0xFF, 500)];
            var signed = builder.Build(MagicPacket.Build(Samples.Target, password: [1, 2, 3, 4], copies: 2, command: Samples.SignedCommand));
            byte[][] all = [good, broken, good[..^30], good[..20], builder.Build(new byte[102]), builder.Build(ones), signed, signed[..^10]];
            return all.Select(frame => (builder.Link, frame));
        }).ToArray();

        // Once to have everything compiled and loaded.
        var expected = CountPackets(frames);
        Assert.NotEqual(0, expected);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = 0;
        for (var round = 0; round < 100; round++) found += CountPackets(frames);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(100 * expected, found);
    }

    [Fact]
    public void Writing_an_address_into_a_buffer_allocates_nothing()
    {
        Span<char> text = stackalloc char[17];
        Samples.Target.TryFormat(text, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++) Samples.Target.TryFormat(text, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int CountPackets((LinkType Link, byte[] Bytes)[] frames)
    {
        var count = 0;
        foreach (var (link, bytes) in frames)
        {
            if (!WolFrame.TryParse(link, bytes, WolPorts.Default, out var frame, out _)) continue;
            foreach (var packet in frame.Packets)
            {
                var facts = frame.Vlans.Span.Length + packet.Password.Length + packet.Trailer.Length;
                if (CommandTrailer.TryParse(packet.Command, out var command)) facts += command.Payload.Length;
                if (packet.Target == Samples.Target && facts < 200) count++;
            }
        }
        return count;
    }
}
