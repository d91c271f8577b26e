namespace KubeWol.Protocol.Tests;

public sealed class CutTests
{
    public static TheoryData<string> Names => Samples.BuilderNames;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_cut_at_any_length_is_refused_until_its_packet_is_whole(string name)
    {
        var builder = Samples.Builders[name];
        var frame = builder.Build(MagicPacket.Build(Samples.Target, password: [1, 2, 3, 4, 5, 6]));
        var headers = builder.Build([]).Length;
        for (var length = 0; length <= frame.Length; length++)
        {
            var outcome = Outcome.Of(builder.Link, frame.AsSpan(..length));
            var expected = (length - headers) switch
            {
                < 0 => DropReason.FrameTooShort,
                < 6 => DropReason.NoSyncStream,
                < 102 => DropReason.Truncated,
                _ => DropReason.None,
            };
            Assert.True(expected == outcome.Reason, $"{length} of {frame.Length} octets: {outcome}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_shorter_payload_in_a_frame_that_says_so_is_refused_the_same(string name)
    {
        var builder = Samples.Builders[name];
        for (var length = 0; length <= MagicPacket.Size; length++)
        {
            var expected = length switch { < 6 => DropReason.NoSyncStream, < 102 => DropReason.Truncated, _ => DropReason.None };
            Assert.Equal(expected, Outcome.Of(builder.Link, builder.Build(Samples.Packet.AsSpan(..length))).Reason);
        }
    }
}
