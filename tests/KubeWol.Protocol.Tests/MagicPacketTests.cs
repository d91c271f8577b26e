namespace KubeWol.Protocol.Tests;

public sealed class MagicPacketTests
{
    private const string Sync = "ffffffffffff";

    /// <summary>Payloads in the notation of Samples.Decode.</summary>
    [Theory]
    [InlineData("a plain packet", "ffffffffffff(525400123456*16)", "52:54:00:12:34:56//")]
    [InlineData("after other octets", "00ff00(525400123456*2)ffffffffffff(525400123456*16)", "52:54:00:12:34:56//")]
    [InlineData("after a stray sync stream", "ffffffffffff00ffffffffffff(525400123456*16)", "52:54:00:12:34:56//")]
    [InlineData("after a relayed Ethernet header", "ffffffffffff02000000000a0842ffffffffffff(525400123456*16)", "52:54:00:12:34:56//")]
    [InlineData("after a longer run of 0xFF", "(ff*11)(525400123456*16)", "52:54:00:12:34:56//")]
    [InlineData("after a run longer than a packet", "(ff*300)(525400123456*16)", "52:54:00:12:34:56//")]
    [InlineData("a target ending in 0xFF", "ffffffffffff(52540012ffff*16)", "52:54:00:12:ff:ff//")]
    [InlineData("a target ending in 0xFF after a longer run", "(ff*9)(52540012ffff*16)", "52:54:00:12:ff:ff//")]
    [InlineData("a target of all but one 0xFF", "(ff*9)(00ffffffffff*16)", "00:ff:ff:ff:ff:ff//")]
    [InlineData("with four octets of password", "ffffffffffff(525400123456*16)c0a80101", "52:54:00:12:34:56/c0a80101/")]
    [InlineData("with six octets of password", "ffffffffffff(525400123456*16)0022446688aa", "52:54:00:12:34:56/0022446688aa/")]
    [InlineData("with a password of 0xFF", "ffffffffffff(525400123456*16)ffffffffffff", "52:54:00:12:34:56/ffffffffffff/")]
    [InlineData("with five octets, which are no password", "ffffffffffff(525400123456*16)0102030405", "52:54:00:12:34:56//0102030405")]
    [InlineData("with seven", "ffffffffffff(525400123456*16)01020304050607", "52:54:00:12:34:56//01020304050607")]
    [InlineData("with a seventeenth repetition, which reads as a password", "ffffffffffff(525400123456*17)", "52:54:00:12:34:56/525400123456/")]
    [InlineData("two packets", "ffffffffffff(525400123456*16)ffffffffffff(525400abcdef*16)", "52:54:00:12:34:56// 52:54:00:ab:cd:ef//")]
    [InlineData("the same one twice", "ffffffffffff(525400123456*16)ffffffffffff(525400123456*16)", "52:54:00:12:34:56// 52:54:00:12:34:56//")]
    [InlineData("two with passwords", "ffffffffffff(525400123456*16)01020304ffffffffffff(525400abcdef*16)010203040506",
        "52:54:00:12:34:56/01020304/ 52:54:00:ab:cd:ef/010203040506/")]
    [InlineData("two with a password of 0xFF between", "ffffffffffff(52540012ffff*16)ffffffffffffffffffff(525400abcdef*16)",
        "52:54:00:12:ff:ff/ffffffff/ 52:54:00:ab:cd:ef//")]
    [InlineData("a broken one, then a good one", "ffffffffffff(525400123456*15)525400123457ffffffffffff(525400abcdef*16)", "52:54:00:ab:cd:ef//")]
    [InlineData("a good one, then a broken one", "ffffffffffff(525400abcdef*16)ffffffffffff525400123456", "52:54:00:ab:cd:ef//ffffffffffff525400123456")]
    [InlineData("a broadcast one, then a good one", "(ff*102)(525400abcdef*16)", "52:54:00:ab:cd:ef//")]
    [InlineData("a multicast one, then a good one", "ffffffffffff(01005e000001*16)ffffffffffff(525400abcdef*16)", "01:00:5e:00:00:01// 52:54:00:ab:cd:ef//")]
    [InlineData("an address that begins with 0xFF, as a reversed one may", "ffffffffffff(ff5634120054*16)", "ff:56:34:12:00:54//")]
    [InlineData("an address that begins with five 0xFF", "ffffffffffff(ffffffffff12*16)", "ff:ff:ff:ff:ff:12//")]
    [InlineData("an address that begins with 0xFF after a longer run", "(ff*9)(ff5634120054*16)", "ff:56:34:12:00:54//")]
    [InlineData("what may be read with and without a leading 0xFF is read without", "(ff*8)(52540012ffff*16)", "52:54:00:12:ff:ff//")]
    public void A_payload_holds(string what, string payload, string packets)
    {
        var outcome = Outcome.OfPayload(Samples.Decode(payload));
        Assert.True(packets == outcome.Packets, $"{what}: {outcome}");
        Assert.Equal(DropReason.None, outcome.Reason);
    }

    [Theory]
    [InlineData("nothing at all", "", DropReason.NoSyncStream)]
    [InlineData("five octets of 0xFF", "ffffffffff(525400123456*16)", DropReason.NoSyncStream)]
    [InlineData("0xFF with a gap", "ffffff00ffffff(525400123456*16)", DropReason.NoSyncStream)]
    [InlineData("other octets", "(00*102)", DropReason.NoSyncStream)]
    [InlineData("the sync stream alone", "ffffffffffff", DropReason.Truncated)]
    [InlineData("one repetition", "ffffffffffff525400123456", DropReason.Truncated)]
    [InlineData("fifteen repetitions", "ffffffffffff(525400123456*15)", DropReason.Truncated)]
    [InlineData("all but the last octet", "ffffffffffff(525400123456*15)5254001234", DropReason.Truncated)]
    [InlineData("all but the last octet, after a longer run", "(ff*8)(525400123456*15)5254001234", DropReason.Truncated)]
    [InlineData("a wrong last octet", "ffffffffffff(525400123456*15)525400123457", DropReason.RepetitionMismatch)]
    [InlineData("fifteen repetitions, then others", "ffffffffffff(525400123456*15)0102030405060708", DropReason.RepetitionMismatch)]
    [InlineData("a mismatch, then 0xFF to the end", "ffffffffffff(525400123456*15)525400123457ffffffffffff", DropReason.RepetitionMismatch)]
    [InlineData("a relayed header, then too little", "ffffffffffff02000000000a0842ffffffffffff(525400123456*9)", DropReason.Truncated)]
    [InlineData("no machine", "ffffffffffff(000000000000*16)", DropReason.ZeroTarget)]
    [InlineData("everyone", "(ff*102)", DropReason.BroadcastTarget)]
    [InlineData("everyone, and more", "(ff*65536)", DropReason.BroadcastTarget)]
    [InlineData("everyone, then others", "(ff*110)00", DropReason.BroadcastTarget)]
    [InlineData("not quite everyone", "(ff*101)", DropReason.Truncated)]
    [InlineData("not quite everyone, then others", "(ff*101)00", DropReason.RepetitionMismatch)]
    public void A_payload_is_refused_for(string what, string payload, DropReason expected)
    {
        var outcome = Outcome.OfPayload(Samples.Decode(payload));
        Assert.True(expected == outcome.Reason, $"{what}: {outcome}");
    }

    [Fact]
    public void A_payload_is_built_with_prefix_password_and_copies()
    {
        var built = MagicPacket.Build(Samples.Target, password: [1, 2, 3, 4], prefix: [0xAB], copies: 2);
        Assert.Equal(Samples.Decode($"ab{Sync}(525400123456*16)01020304{Sync}(525400123456*16)01020304"), built);
        Assert.Equal(MagicPacket.Size, Samples.Packet.Length);
    }

    [Fact]
    public void A_payload_with_an_impossible_password_or_number_cannot_be_built()
    {
        foreach (var octets in (int[])[1, 3, 5, 7])
            Assert.Throws<ArgumentException>(() => MagicPacket.Build(Samples.Target, password: new byte[octets]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MagicPacket.Build(Samples.Target, copies: 0));
    }

    [Fact]
    public void The_packets_can_be_gone_through_again()
    {
        var bytes = new WolFrameBuilder().Build(MagicPacket.Build(Samples.Target, copies: 3));
        Assert.True(WolFrame.TryParse(LinkType.Ethernet, bytes, WolPorts.Default, out var frame, out _));
        for (var round = 0; round < 2; round++)
        {
            var count = 0;
            foreach (var packet in frame.Packets)
            {
                Assert.Equal(Samples.Target, packet.Target);
                count++;
            }
            Assert.Equal(3, count);
        }
    }
}
