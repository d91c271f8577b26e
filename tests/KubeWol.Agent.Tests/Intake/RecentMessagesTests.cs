using System.Diagnostics;
using KubeWol.Agent.Intake;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Intake;

public sealed class RecentMessagesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly RecentMessages _recent = new();

    /// <summary>Each word is a message, its sender's meaning and the time in milliseconds at which it is heard.</summary>
    [Theory]
    [InlineData("a@0", "new")]
    [InlineData("a@0 a@0", "new repeated")]
    [InlineData("a@0 a@999", "new repeated")]
    [InlineData("a@0 a@1000", "new new")]
    [InlineData("a@0 a@5000", "new new")]
    [InlineData("a@0 b@0 a@1 b@1", "new new repeated repeated")]
    [InlineData("a@0 a@400 a@800 a@1000", "new repeated repeated new")] // a repetition does not prolong
    [InlineData("a@0 a@900 a@1800 a@2700 a@3600", "new repeated new repeated new")] // who repeats for ever is heard for ever
    [InlineData("a@1000 a@999", "new repeated")] // two interfaces, not quite in order
    [InlineData("a@1000 a@1", "new repeated")]
    [InlineData("a@1000 a@0", "new new")] // the clock was set back
    [InlineData("a@90000000 a@0 a@10 a@1010", "new new repeated new")]
    [InlineData("a@0 b@990 a@1010 b@1010 b@1980 b@1990", "new new new repeated repeated new")]
    [InlineData("a@0 b@1500 a@1600 b@1700", "new new new repeated")]
    public void A_message_is_a_repetition_for_one_second_after_it_was_first_heard(string heard, string expected)
    {
        var results = heard.Split(' ').Select(word => word.Split('@')).Select(parts => Hear(Named(parts[0]), int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)) ? "repeated" : "new");
        Assert.Equal(expected, string.Join(' ', results));
    }

    [Fact]
    public void Another_port_or_another_password_is_another_message()
    {
        var message = Named("a");
        Assert.False(Hear(message, 0));
        Assert.False(Hear(message with { DestinationPort = 7 }, 0));
        Assert.False(Hear(message with { Password = PasswordTrace.Of(message.Target, new byte[6]) }, 0));
        Assert.True(Hear(message, 0));
    }

    [Fact]
    public void A_message_that_is_forgotten_on_purpose_is_new_again()
    {
        Assert.False(Hear(Named("a"), 0));
        _recent.Forget(Named("a"));
        Assert.False(Hear(Named("a"), 1));
        Assert.True(Hear(Named("a"), 2));
    }

    [Fact]
    public void What_is_remembered_is_bounded_and_what_has_no_room_is_heard_twice_rather_than_never()
    {
        for (var i = 0; i < RecentMessages.Capacity; i++) Assert.False(Hear(Numbered(i), 0));
        Assert.True(Hear(Numbered(0), 10));
        Assert.True(Hear(Numbered(RecentMessages.Capacity - 1), 10));
        Assert.False(Hear(Numbered(-1), 10));
        Assert.False(Hear(Numbered(-1), 20));

        Assert.False(Hear(Numbered(-1), 2_000)); // there is room again
        Assert.True(Hear(Numbered(-1), 2_001));
    }

    /// <summary>A flood of ever new addresses must not cost more for each frame once the memory is full.</summary>
    [Fact]
    public void A_full_memory_is_as_quick_as_an_empty_one()
    {
        const int Count = RecentMessages.Capacity;
        var (empty, full) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < 5; round++)
        {
            var recent = new RecentMessages();
            empty = Math.Min(empty, Measure(recent, 0));
            full = Math.Min(full, Measure(recent, Count));
        }

        Assert.True(full < 50 * empty, $"{full / empty:f1} times as long");

        static double Measure(RecentMessages recent, int from)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = from; i < from + Count; i++) recent.IsRepetition(Numbered(i), Noon);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
    }

    [Fact]
    public void Interfaces_hear_at_once_and_one_of_them_is_first()
    {
        var firsts = 0;
        Parallel.For(0, 8_000, i =>
        {
            if (!Hear(Numbered(i % 1_000), 0)) Interlocked.Increment(ref firsts);
        });
        Assert.Equal(1_000, firsts);
    }

    private static MessageIdentity Named(string name) => new(new MacAddress(0x52_54_00_00_00_00ul + name[0]), 9);

    private static MessageIdentity Numbered(int number) => new(new MacAddress(0x52_54_00_00_00_00ul + (uint)(number + 1)), 9);

    private bool Hear(MessageIdentity message, int milliseconds) => _recent.IsRepetition(message, Noon.AddMilliseconds(milliseconds));
}
