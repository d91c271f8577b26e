namespace KubeWol.Protocol.Tests;

public sealed class InternetChecksumTests
{
    [Theory]
    [InlineData("", 0xFFFF)]
    [InlineData("0001f203f4f5f6f7", 0x220D)]    // RFC 1071, 3: the sum is 0xDDF2
    [InlineData("0001f203f4f5f6", 0x2304)]      // an odd octet is the upper half of a word
    [InlineData("ffffffff0001", 0xFFFE)]        // the carry of the first folding has to be folded too
    [InlineData("ffff", 0x0000)]
    public void The_sum_is_that_of_RFC_1071(string octets, int expected) =>
        Assert.Equal(expected, InternetChecksum.Compute(Convert.FromHexString(octets)));

    [Fact]
    public void A_datagram_whose_sum_is_zero_carries_all_ones()
    {
        var zero = IpAddress.Parse("0.0.0.0");
        var datagrams = Enumerable.Range(0, 1 << 16).Select(port => UdpDatagram.Build(zero, zero, (ushort)port, 9, []));
        Assert.DoesNotContain(datagrams, datagram => datagram[6] == 0 && datagram[7] == 0);
    }
}
