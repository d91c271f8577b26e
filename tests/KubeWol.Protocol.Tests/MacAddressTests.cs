using System.Text;

namespace KubeWol.Protocol.Tests;

public sealed class MacAddressTests
{
    [Theory]
    [InlineData("52:54:00:ab:cd:ef")]
    [InlineData("52:54:00:AB:CD:EF")]
    [InlineData("52:54:00:aB:Cd:eF")]
    [InlineData("52-54-00-AB-CD-EF")]
    [InlineData("52.54.00.ab.cd.ef")]
    [InlineData("5254.00ab.cdef")]
    [InlineData("525400-ABCDEF")]
    [InlineData("525400abcdef")]
    public void Every_common_spelling_is_read(string text)
    {
        Assert.True(MacAddress.TryParse(text, out var address));
        Assert.Equal("52:54:00:ab:cd:ef", address.ToString());
        Assert.Equal(address, MacAddress.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 52:54:00:ab:cd:ef")]
    [InlineData("52:54:00:ab:cd")]
    [InlineData("52:54:00:ab:cd:ef:01")]
    [InlineData("52:54:00:ab:cd:eg")]
    [InlineData("52:54:00:ab:cd-ef")]
    [InlineData("52 54 00 ab cd ef")]
    [InlineData("5:54:00:ab:cd:eff")]
    [InlineData("525400abcdeg")]
    [InlineData("52540/abcdef")]
    [InlineData("5254.00ab:cdef")]
    [InlineData("52a54a00aababacdaef")]
    [InlineData("52a54a00aabacdaef")]
    [InlineData("52:54:00:ab:cd:é1")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(MacAddress.TryParse(text, out _));
        Assert.Contains(text, Assert.Throws<FormatException>(() => MacAddress.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_is_no_address() => Assert.False(MacAddress.TryParse((string?)null, null, out _));

    [Fact]
    public void Both_formats_are_written_as_characters_and_as_UTF_8()
    {
        var address = MacAddress.Parse("52:54:00:AB:CD:EF");
        Assert.Equal("525400abcdef", address.ToString("N"));
        Assert.Equal("at 52:54:00:ab:cd:ef (525400abcdef)", $"at {address} ({address:N})");

        Span<byte> utf8 = stackalloc byte[17];
        Assert.True(address.TryFormat(utf8, out var written));
        Assert.Equal("52:54:00:ab:cd:ef", Encoding.UTF8.GetString(utf8[..written]));
        Assert.False(address.TryFormat(utf8[..16], out written));
        Assert.Equal(0, written);
        Assert.Throws<FormatException>(() => address.ToString("X"));
    }

    [Fact]
    public void Octets_survive_the_way_in_and_out()
    {
        byte[] octets = [1, 2, 3, 4, 5, 6];
        var address = new MacAddress(octets);
        var copy = new byte[6];
        address.CopyTo(copy);
        Assert.Equal(octets, copy);
        Assert.Equal(0x010203040506UL, address.Bits);
        Assert.Equal(address, new MacAddress(address.Bits));
        Assert.Equal("06:05:04:03:02:01", address.Reversed.ToString());
        Assert.Equal(address, address.Reversed.Reversed);
    }

    [Fact]
    public void Only_forty_eight_bits_are_an_address()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MacAddress(1UL << 48));
        Assert.Throws<ArgumentException>(() => new MacAddress(new byte[5]));
        Assert.Throws<ArgumentException>(() => new MacAddress(new byte[7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MacAddress.Broadcast.CopyTo(new byte[1]));
    }

    [Theory]
    [InlineData("00:00:00:00:00:00", true, false, false)]
    [InlineData("52:54:00:12:34:56", false, false, false)]
    [InlineData("fe:ff:ff:ff:ff:ff", false, false, false)]
    [InlineData("01:00:5e:00:00:01", false, true, false)]
    [InlineData("33:33:00:00:00:01", false, true, false)]
    [InlineData("ff:ff:ff:ff:ff:ff", false, true, true)]
    public void An_address_knows_its_kind(string text, bool zero, bool multicast, bool broadcast)
    {
        var address = MacAddress.Parse(text);
        Assert.Equal((zero, multicast, broadcast), (address.IsZero, address.IsMulticast, address.IsBroadcast));
    }
}
