using KubeWol.Fuzz;

namespace KubeWol.Protocol.Tests;

public sealed class PcapFileTests
{
    [Theory]
    [InlineData(false, false, "d4c3b2a1")]
    [InlineData(false, true, "4d3cb2a1")]
    [InlineData(true, false, "a1b2c3d4")]
    [InlineData(true, true, "a1b23c4d")]
    public void All_four_forms_are_written_and_read(bool bigEndian, bool nanoseconds, string magic)
    {
        var file = new PcapFile(LinkType.LinuxCooked2, [[1, 2, 3], [], Samples.Packet]);
        var bytes = file.Write(bigEndian, nanoseconds);
        Assert.Equal(magic, Convert.ToHexStringLower(bytes[..4]));

        var read = PcapFile.Read(bytes);
        Assert.Equal(file.Link, read.Link);
        Assert.Equal(file.Frames, read.Frames);
    }

    [Fact]
    public void Another_file_is_refused() => Assert.Throws<InvalidDataException>(() => PcapFile.Read(new byte[100]));
}
