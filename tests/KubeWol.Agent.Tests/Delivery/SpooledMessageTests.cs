using System.Text;
using CsCheck;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Delivery;

public sealed class SpooledMessageTests
{
    private static readonly HeardCommand Command = HeardCommand.Parse(Convert.ToBase64String(Commands.Signed()))!;

    private static readonly WakeSignal Everything = Some.Signal with
    {
        Identity = new(Some.Target, 9) { Password = PasswordTrace.Of(Some.Target, [1, 2, 3, 4]), Node = "node-a", Interface = "eth0.100" },
        SourceIp = IpAddress.Parse("2001:db8::842"),
        Transport = WolTransport.UdpV6,
        Vlans = [4095, 1, 2, 3, 4, 5, 6, 7],
        CapturedAt = Some.Signal.CapturedAt.AddTicks(1_234_567),
    };

    private static readonly Gen<WakeSignal> Signals =
        from target in Gen.ULong[1, 0xFFFF_FFFF_FFFF]
        from port in Gen.UShort
        from password in Gen.OneOf<int>(0, 4, 6)
        from place in Gen.Int[0, 3]
        from hasCommand in Gen.Bool
        from transport in Gen.OneOf<WolTransport>(WolTransport.Ethernet, WolTransport.UdpV4, WolTransport.UdpV6)
        from octets in Gen.Byte.Array[16]
        from vlans in Gen.Int[0, 4095].Array[0, 8]
        from ticks in Gen.Long[0, TimeSpan.FromDays(36_500).Ticks]
        let mac = new MacAddress(target)
        let identity = new MessageIdentity(mac, port) { Password = PasswordTrace.Of(mac, octets.AsSpan(0, password)), Node = (place & 1) == 0 ? null : "node-a", Interface = (place & 2) == 0 ? null : "eth0" }
        select Some.Signal with
        {
            Identity = identity,
            Command = hasCommand ? Command : null,
            Transport = transport,
            SourceIp = transport switch { WolTransport.UdpV4 => new IpAddress(octets.AsSpan(0, 4)), WolTransport.UdpV6 => new IpAddress(octets), _ => null },
            DestinationPort = port,
            Vlans = vlans,
            CapturedAt = DateTimeOffset.UnixEpoch.AddTicks(ticks),
            IsUndated = (ticks & 1) == 0,
        };

    [Fact]
    public void All_that_a_request_is_made_from_comes_back() => Signals.Sample(signal =>
    {
        var entry = new OutboxEntry(signal, RequestName.Of(signal, 0));
        var file = SpooledMessage.Of(entry, "a seal").Encode();
        Assert.True(SpooledMessage.TryDecode(file, out var read));
        Assert.Equal((entry.Name, "a seal", entry.Size), (read.Name, read.Seal, read.Size));
        Assert.Equal(signal.Vlans, read.Signal.Vlans);
        Assert.Equal(signal.Command?.SignedDigest, read.Signal.Command?.SignedDigest);
        Assert.Equal(Comparable(signal), Comparable(read.Signal));
        foreach (var attempt in (int[])[0, 1, 4]) Assert.Equal(RequestName.Of(signal, attempt), RequestName.Of(read.Signal, attempt));
        Assert.Equal(1, read.Attempts); // it is no fresh one
        Assert.InRange(file.Length, 100, Math.Min(entry.Size, SpooledMessage.LongestFile));

        // What tells passwords apart is only known to the process that heard them.
        static WakeSignal Comparable(WakeSignal signal) => signal with
        {
            Vlans = [], Command = null, Identity = signal.Identity with { Password = new(signal.Identity.Password.Length, signal.Identity.Password.NameBits, default) },
        };
    });

    [Fact]
    public void The_largest_message_there_can_be_is_no_larger_than_it_says()
    {
        var entry = new OutboxEntry(
            Everything with
            {
                Identity = Everything.Identity with { Node = new string('n', 253), Interface = "fifteen-letters" },
                Interface = "fifteen-letters",
                SourceIp = IpAddress.Parse("2001:db80:1111:1111:1111:1111:1111:1111"),
                Command = Command with { Text = new string('A', 1368) },
            },
            "wol-525400123456-fd3c5818a1");
        Assert.InRange(SpooledMessage.Of(entry, new string('s', 200)).Encode().Length, 1368, entry.Size);
    }

    /// <summary>A file is read by another version of the program than wrote it: this must not change by accident.</summary>
    [Fact]
    public void A_file_is_what_it_always_was()
    {
        var file = Encoding.UTF8.GetString(SpooledMessage.Of(new(Everything, "wol-525400123456-fd3c5818a1"), "v1.seal").Encode());
        Assert.Equal(
            """
            kubewol-spool/1 DIGEST
            {"request":"wol-525400123456-fd3c5818a1","target":"52:54:00:12:34:56","port":9,"passwordLength":4,"passwordBits":BITS,"node":"node-a","interface":"eth0.100","seal":"v1.seal","heardOn":"eth0","transport":"UdpV6","sourceMac":"02:00:00:00:08:42","sourceIp":"2001:db8::842","destinationPort":9,"vlans":[4095,1,2,3,4,5,6,7],"capturedAt":"2026-11-22T12:00:00.1234567+00:00"}
            """.Replace("DIGEST", file[16..80], StringComparison.Ordinal).Replace("BITS", $"{Everything.Identity.Password.NameBits}", StringComparison.Ordinal),
            file);
    }

    [Fact]
    public void A_file_that_is_cut_anywhere_or_has_something_after_it_is_none()
    {
        var file = SpooledMessage.Of(new(Everything, "wol-525400123456-fd3c5818a1"), "seal").Encode();
        Assert.All(Enumerable.Range(0, file.Length), length => Assert.False(SpooledMessage.TryDecode(file.AsSpan(0, length), out _)));
        Assert.False(SpooledMessage.TryDecode([.. file, (byte)'\n'], out _));
        Assert.False(SpooledMessage.TryDecode([.. file, .. file], out _));
        Assert.False(SpooledMessage.TryDecode(new byte[file.Length], out _)); // what some file systems make of a file that was not flushed
    }

    [Fact]
    public void A_file_with_any_byte_changed_is_none()
    {
        var file = SpooledMessage.Of(new(Everything, "wol-525400123456-fd3c5818a1"), "seal").Encode();
        for (var i = 0; i < file.Length; i++)
        {
            foreach (var change in (byte[])[1, 2, 4, 8, 16, 32, 64, 128, 255])
            {
                file[i] ^= change;
                Assert.False(SpooledMessage.TryDecode(file, out _), $"byte {i}");
                file[i] ^= change;
            }
        }

        Assert.True(SpooledMessage.TryDecode(file, out _));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"request":null,"target":"52:54:00:12:34:56","port":9,"heardOn":"eth0","transport":"UdpV4","sourceMac":"02:00:00:00:08:42","destinationPort":9,"vlans":[],"capturedAt":"2026-11-22T12:00:00Z"}""")]
    [InlineData("""{"request":"wol-1","target":"nonsense","port":9,"heardOn":"eth0","transport":"UdpV4","sourceMac":"02:00:00:00:08:42","destinationPort":9,"vlans":[],"capturedAt":"2026-11-22T12:00:00Z"}""")]
    [InlineData("""{"request":"wol-1","target":"52:54:00:12:34:56","port":9,"command":"AAAA","heardOn":"eth0","transport":"UdpV4","sourceMac":"02:00:00:00:08:42","destinationPort":9,"vlans":[],"capturedAt":"2026-11-22T12:00:00Z"}""")]
    [InlineData("""{"request":"wol-1","target":"52:54:00:12:34:56","port":9,"command":"?","heardOn":"eth0","transport":"UdpV4","sourceMac":"02:00:00:00:08:42","destinationPort":9,"vlans":[],"capturedAt":"2026-11-22T12:00:00Z"}""")]
    [InlineData("""{"request":"wol-1","target":"52:54:00:12:34:56","port":99999,"heardOn":"eth0","transport":"UdpV4","sourceMac":"02:00:00:00:08:42","destinationPort":9,"vlans":[],"capturedAt":"2026-11-22T12:00:00Z"}""")]
    public void A_file_that_somebody_wrote_by_hand_is_none_even_with_the_right_checksum(string json)
    {
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(json)));
        Assert.False(SpooledMessage.TryDecode(Encoding.UTF8.GetBytes($"kubewol-spool/1 {digest}\n{json}"), out _));
    }
}
