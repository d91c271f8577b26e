namespace KubeWol.Protocol.Tests;

public sealed class WolPortsTests
{
    [Theory]
    [InlineData("9", "9")]
    [InlineData("7,9,47998-48010", "7,9,47998-48010")]
    [InlineData(" 9 , 7 - 8 ", "7-9")]
    [InlineData("40-50,45-60,9,9,61", "9,40-61")]
    [InlineData("63,64,65,128", "63-65,128")]
    [InlineData("1-65535", "1-65535")]
    [InlineData("65535", "65535")]
    public void A_list_is_read_and_written_as_its_fewest_ranges(string text, string canonical)
    {
        Assert.True(WolPorts.TryParse(text, out var ports));
        Assert.Equal(canonical, ports.ToString());
        Assert.Equal(canonical, WolPorts.Parse(canonical).ToString());

        for (var port = 0; port <= ushort.MaxValue; port++)
            Assert.Equal(ports.Ranges.Any(range => range.First <= port && port <= range.Last), ports.Contains((ushort)port));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("7,")]
    [InlineData("0")]
    [InlineData("0-9")]
    [InlineData("9-7")]
    [InlineData("65536")]
    [InlineData("-9")]
    [InlineData("7-")]
    [InlineData("7-9-11")]
    [InlineData("+9")]
    [InlineData("discard")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(WolPorts.TryParse(text, out _));
        Assert.Throws<FormatException>(() => WolPorts.Parse(text));
    }

    [Fact]
    public void The_default_holds_every_port_that_known_senders_use() =>
        Assert.Equal("7,9,40000,47009,47998-48010", WolPorts.Default.ToString());

    [Fact]
    public void A_range_is_checked_when_a_set_is_made_of_it()
    {
        Assert.Throws<ArgumentException>(() => new WolPorts(new PortRange(0, 9)));
        Assert.Throws<ArgumentException>(() => new WolPorts(new PortRange(9, 7)));
        Assert.False(new WolPorts().Contains(9));
    }
}
