using System.Net;

namespace KubeWol.Protocol.Tests;

public sealed class IpAddressTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.84")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("ff02::1")]
    [InlineData("2001:db8::842")]
    [InlineData("::ffff:192.0.2.84")]
    public void Text_and_octets_are_those_of_the_framework(string text)
    {
        var address = IpAddress.Parse(text);
        Assert.Equal(text, address.ToString());
        Assert.Equal(text, $"{address}");
        Assert.Equal(IPAddress.Parse(text).GetAddressBytes(), address.ToBytes());
        Assert.Equal(address, new IpAddress(address.ToBytes()));
        Assert.Equal(text.Contains(':'), address.IsV6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("192.0.2")]
    [InlineData("010.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("192.0.2.256")]
    [InlineData("fe80::g")]
    public void What_is_no_plain_address_is_refused(string text)
    {
        Assert.False(IpAddress.TryParse(text, null, out _));
        Assert.Throws<FormatException>(() => IpAddress.Parse(text));
    }

    [Fact]
    public void The_families_are_never_equal() => Assert.NotEqual(IpAddress.Parse("0.0.0.0"), IpAddress.Parse("::"));

    [Fact]
    public void Only_four_or_sixteen_octets_are_an_address() => Assert.Throws<ArgumentException>(() => new IpAddress(new byte[6]));
}
