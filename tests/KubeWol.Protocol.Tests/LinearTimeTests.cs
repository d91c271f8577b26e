using System.Diagnostics;

namespace KubeWol.Protocol.Tests;

/// <summary>Payloads made to hurt a scanner cost eight times as much when they are eight times as long, not sixty-four times.</summary>
public sealed class LinearTimeTests
{
    private const int Short = 8_000;
    private const int Long = 8 * Short;

    // Half way, on a logarithmic scale, between what linear and what quadratic work would give.
    private const double Allowed = 22.6;

    [Theory]
    [InlineData("ff")]
    [InlineData("ffffffffff00")]
    [InlineData("ffffffffffff00")]
    [InlineData("ffffffffffffff00")]
    [InlineData("ffffffffffffffffffffff00")]
    [InlineData("ffffffffffff525400123456")]
    [InlineData("ffffffffffff525400123456525400123456525400123456525400123456525400123456525400123456")]
    [InlineData("525400123456")]
    [InlineData("packets")]
    [InlineData("commands")]
    [InlineData("broken commands")]
    public void A_hostile_payload_takes_time_in_proportion_to_its_length(string unit)
    {
        var octets = unit switch
        {
            "packets" => Samples.Packet,
            "commands" => MagicPacket.Build(Samples.Target, command: Samples.SignedCommand),
            "broken commands" => [.. Samples.Packet, 0xD2, 0x84, 0x59, 0xFF, 0xFF],
            _ => Convert.FromHexString(unit),
        };
        var ratio = Measure(octets, Long) / Measure(octets, Short);
        Assert.True(ratio < Allowed, $"{Long / Short} times the length took {ratio:f1} times as long");
    }

    /// <summary>The least of many tries: whatever else the machine does only ever adds.</summary>
    private static double Measure(byte[] unit, int length)
    {
        var payload = new byte[length];
        for (var i = 0; i < length; i++) payload[i] = unit[i % unit.Length];
        var bytes = new WolFrameBuilder().Build(payload);

        var least = double.MaxValue;
        for (var i = 0; i < 60; i++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var repeat = 0; repeat < 4; repeat++) Read(bytes);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
        return least;
    }

    private static int Read(byte[] bytes)
    {
        var count = 0;
        if (!WolFrame.TryParse(LinkType.Ethernet, bytes, WolPorts.Default, out var frame, out _)) return count;
        foreach (var packet in frame.Packets) count += packet.Trailer.Length + 1;
        return count;
    }
}
