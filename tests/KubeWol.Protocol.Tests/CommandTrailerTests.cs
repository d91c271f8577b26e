namespace KubeWol.Protocol.Tests;

/// <summary>What may follow a magic packet as a signed command, and what becomes of everything that only looks like one.</summary>
public sealed class CommandTrailerTests
{
    private static readonly byte[] Password4 = [1, 2, 3, 4];
    private static readonly byte[] Password6 = [1, 2, 3, 4, 5, 6];

    [Fact]
    public void A_command_is_read_in_its_parts()
    {
        var bytes = Samples.Command(payload: [0xA1, 0x01, 0x01], signature: Filled(64, 0x77));
        Assert.True(CommandTrailer.TryParse([.. bytes, 1, 2, 3], out var trailer));
        Assert.Equal(bytes, trailer.Bytes);
        Assert.Equal("a10126", Hex(trailer.Protected));
        Assert.Equal("a10101", Hex(trailer.Payload));
        Assert.Equal(Filled(64, 0x77), trailer.Signature);
    }

    [Theory]
    [InlineData("nothing", "")]
    [InlineData("the start alone", "d284")]
    [InlineData("no tag", "8443a10126a041015840(00*64)")]
    [InlineData("another tag (COSE_Mac0)", "d18443a10126a041015840(00*64)")]
    [InlineData("the tag in two octets", "d8128443a10126a041015840(00*64)")]
    [InlineData("an array of three", "d28343a10126a041015840(00*64)")]
    [InlineData("an array of five", "d28543a10126a041015840(00*64)00")]
    [InlineData("an array without a length", "d29f43a10126a041015840(00*64)ff")]
    [InlineData("the array's length in two octets", "d2980443a10126a041015840(00*64)")]
    [InlineData("a protected header that is a map", "d284a10126a041015840(00*64)")]
    [InlineData("a protected header that is text", "d28463a10126a041015840(00*64)")]
    [InlineData("a protected header without a length", "d2845f43a10126ffa041015840(00*64)")]
    [InlineData("an unprotected header", "d28443a10126a104410141015840(00*64)")]
    [InlineData("an unprotected header without a length", "d28443a10126bfff41015840(00*64)")]
    [InlineData("no payload (detached)", "d28443a10126a0f65840(00*64)")]
    [InlineData("an empty map for a payload", "d28443a10126a0a05840(00*64)")]
    [InlineData("a payload whose length takes an octet too many", "d28443a10126a05801015840(00*64)")]
    [InlineData("a payload whose length takes two octets too many", "d28443a10126a0590001015840(00*64)")]
    [InlineData("a payload whose length takes four octets", "d28443a10126a05a00000001015840(00*64)")]
    [InlineData("a payload that claims more than there is", "d28443a10126a059ffff015840(00*64)")]
    [InlineData("a signature of 63 octets", "d28443a10126a04101583f(00*63)")]
    [InlineData("a signature of 65 octets", "d28443a10126a041015841(00*65)")]
    [InlineData("a signature cut short", "d28443a10126a041015840(00*63)")]
    [InlineData("a signature in the long form", "d28443a10126a04101590040(00*64)")]
    [InlineData("nested arrays", "(81*900)")]
    [InlineData("nested tags", "(d2*900)")]
    [InlineData("nested maps in the array", "d284(a1*900)")]
    public void What_has_another_shape_is_no_command(string what, string notation) =>
        Assert.False(CommandTrailer.TryParse(Samples.Decode(notation), out _), what);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(948)]
    public void A_payload_may_have_any_length_up_to_a_command_of_1024_octets(int length)
    {
        var bytes = Samples.Command(payload: new byte[length]);
        Assert.True(bytes.Length <= CommandTrailer.MaxSize);
        Assert.True(CommandTrailer.TryParse(bytes, out var trailer));
        Assert.Equal(length, trailer.Payload.Length);
        Assert.Equal(bytes.Length, trailer.Bytes.Length);
    }

    [Fact]
    public void A_command_of_1024_octets_is_heard_and_one_of_1025_is_malformed()
    {
        var longest = Samples.Command(payload: new byte[948]);
        Assert.Equal(1024, longest.Length);
        Assert.Equal($"{Samples.Target}//+{Hex(longest)}", Packets(MagicPacket.Build(Samples.Target, command: longest)));
        Assert.Equal($"{Samples.Target}//…!MalformedCommand", Packets(MagicPacket.Build(Samples.Target, command: Samples.Command(payload: new byte[949]))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01020304")]
    [InlineData("010203040506")]
    [InlineData("d2840102")]
    [InlineData("84d284d284d2")]
    public void A_command_follows_the_packet_or_its_password(string password)
    {
        var payload = MagicPacket.Build(Samples.Target, Convert.FromHexString(password), command: Samples.SignedCommand);
        Assert.Equal($"{Samples.Target}/{password}/+{Hex(Samples.SignedCommand)}", Packets(payload));
    }

    [Fact]
    public void A_packet_repeated_with_its_command_is_heard_as_often()
    {
        var packet = $"{Samples.Target}/01020304/+{Hex(Samples.SignedCommand)}";
        var payload = MagicPacket.Build(Samples.Target, Password4, copies: 3, command: Samples.SignedCommand);
        Assert.Equal($"{packet} {packet} {packet}", Packets(payload));
    }

    [Fact]
    public void A_packet_repeated_without_its_command_is_a_plain_one() =>
        Assert.Equal($"{Samples.Target}//+{Hex(Samples.SignedCommand)} {Samples.Target}//",
            Packets([.. MagicPacket.Build(Samples.Target, command: Samples.SignedCommand), .. Samples.Packet]));

    /// <summary>Signatures and nonces are random: they may hold, begin with or end with any run of 0xFF.</summary>
    [Fact]
    public void A_command_may_hold_synchronisation_streams_and_even_magic_packets()
    {
        foreach (var payload in (byte[][])[Filled(64, 0xFF), Samples.Packet, [.. Samples.Packet, .. Filled(20, 0xFF)]])
        {
            var command = Samples.Command(payload, signature: Filled(64, 0xFF));
            var packet = $"{Samples.Target}/{Hex(Password6)}/+{Hex(command)}";
            Assert.Equal($"{packet} {packet}", Packets(MagicPacket.Build(Samples.Target, Password6, copies: 2, command: command)));
        }
    }

    [Theory]
    [InlineData("an octet", "00")]
    [InlineData("four octets, like a check sequence", "01020304")]
    [InlineData("an octet of a synchronisation stream", "ff")]
    [InlineData("a command again", "d284")]
    [InlineData("part of a magic packet", "ffffffffffff525400123456")]
    public void A_command_followed_by_something_else_is_malformed(string what, string more)
    {
        byte[] payload = [.. MagicPacket.Build(Samples.Target, command: Samples.SignedCommand), .. Convert.FromHexString(more)];
        Assert.True(Packets(payload) == $"{Samples.Target}//…!MalformedCommand", what);
        Assert.True(Packets([.. payload, .. Samples.Packet]) == $"{Samples.Target}//…!MalformedCommand {Samples.Target}//", $"{what}, then a packet");
    }

    [Theory]
    [InlineData("")]
    [InlineData("01020304")]
    [InlineData("010203040506")]
    public void A_command_with_any_bit_flipped_is_malformed_or_another_command_and_never_a_plain_packet(string password)
    {
        var octets = Convert.FromHexString(password);
        var malformed = 0;
        for (var bit = 0; bit < Samples.SignedCommand.Length * 8; bit++)
        {
            byte[] command = [.. Samples.SignedCommand];
            command[bit / 8] ^= (byte)(1 << bit % 8);
            var packets = Packets(MagicPacket.Build(Samples.Target, octets, command: command));
            if (packets == $"{Samples.Target}//…!MalformedCommand") malformed++;
            else Assert.Equal($"{Samples.Target}/{password}/+{Hex(command)}", packets);
        }
        // D2 84, the header's head, A0, the payload's head, 58 40.
        Assert.Equal((2 + 1 + 1 + 2 + 2) * 8, malformed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01020304")]
    [InlineData("010203040506")]
    public void A_command_cut_at_any_length_that_leaves_more_than_a_password_is_malformed(string password)
    {
        var octets = Convert.FromHexString(password);
        var whole = MagicPacket.Build(Samples.Target, octets, command: Samples.SignedCommand);
        for (var left = 0; left < Samples.SignedCommand.Length; left++)
        {
            var tail = octets.Length + left;
            var packets = Packets(whole.AsSpan(..(MagicPacket.Size + tail)));
            if (left >= 2 && tail > 6) Assert.Equal($"{Samples.Target}//…!MalformedCommand", packets);
            else Assert.DoesNotContain("+", packets, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a password that looks like a command's start", "d2840000", "52:54:00:12:34:56/d2840000/")]
    [InlineData("one of six octets", "d28400000000", "52:54:00:12:34:56/d28400000000/")]
    [InlineData("a few octets, one of them as in a command", "d2(00*60)", "52:54:00:12:34:56//…")]
    [InlineData("71 octets, the first as in a command", "d2(00*70)", "52:54:00:12:34:56//…")]
    [InlineData("72 octets, as many as a short command has", "d2(00*71)", "52:54:00:12:34:56//…!MalformedCommand")]
    [InlineData("many octets, none in its place", "(00*200)", "52:54:00:12:34:56//…")]
    [InlineData("many octets, one in its place", "d2(00*200)", "52:54:00:12:34:56//…!MalformedCommand")]
    [InlineData("many octets, the other one", "0084(00*200)", "52:54:00:12:34:56//…!MalformedCommand")]
    [InlineData("one behind a password of four", "00000000d2(00*200)", "52:54:00:12:34:56//…!MalformedCommand")]
    [InlineData("one behind a password of six", "0000000000000084(00*200)", "52:54:00:12:34:56//…!MalformedCommand")]
    [InlineData("one behind five octets, where no command stands", "0000000000d200(00*200)", "52:54:00:12:34:56//…")]
    public void What_follows_a_packet_for_other_reasons_is_tolerated(string what, string tail, string packets) =>
        Assert.True(packets == Packets([.. Samples.Packet, .. Samples.Decode(tail)]), what);

    [Fact]
    public void A_malformed_command_spoils_its_own_packet_alone()
    {
        byte[] broken = [.. MagicPacket.Build(Samples.Target, command: Samples.SignedCommand)];
        broken[MagicPacket.Size] ^= 1;
        var packets = Packets([.. broken, .. MagicPacket.Build(Samples.Target, Password4, command: Samples.SignedCommand)]);
        Assert.Equal($"{Samples.Target}//…!MalformedCommand {Samples.Target}/01020304/+{Hex(Samples.SignedCommand)}", packets);
    }

    private static byte[] Filled(int length, byte value) => [.. Enumerable.Repeat(value, length)];

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>Each packet as target/password/trailer, then +command or !problem; of a trailer only whether there is one.</summary>
    private static string Packets(ReadOnlySpan<byte> payload)
    {
        Assert.True(WolFrame.TryParse(LinkType.Ethernet, new WolFrameBuilder().Build(payload), WolPorts.Default, out var frame, out _));
        List<string> packets = [];
        foreach (var packet in frame.Packets)
        {
            var command = packet.Command.IsEmpty ? "" : $"+{Hex(packet.Command)}";
            var problem = packet.Problem == DropReason.None ? "" : $"!{packet.Problem}";
            packets.Add($"{packet.Target}/{Hex(packet.Password)}/{(packet.Trailer.IsEmpty ? "" : "…")}{command}{problem}");
        }
        return string.Join(' ', packets);
    }
}
