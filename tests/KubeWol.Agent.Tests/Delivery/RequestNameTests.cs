using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CsCheck;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Delivery;

public sealed partial class RequestNameTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly MessageIdentity Plain = new(MacAddress.Parse("52:54:00:12:34:56"), 9);

    private static readonly Gen<MessageIdentity> Messages =
        Gen.Select(Gen.ULong[1, 0xFFFF_FFFF_FFFF], Gen.UShort, Gen.OneOf<int>(0, 4, 6), (bits, port, length) => Message(new MacAddress(bits), port, length));

    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, TimeSpan.FromDays(36_500).Ticks].Select(ticks => DateTimeOffset.UnixEpoch.AddTicks(ticks));

    /// <summary>Agents of two versions hear the same broadcast while they are rolled out: the name must not change by accident.</summary>
    [Theory]
    [InlineData("52:54:00:12:34:56", 9, 0, "2026-11-22T12:00:00Z", 0, "wol-525400123456-fd3c5818a1")]
    [InlineData("52:54:00:12:34:56", 0, 0, "2026-11-22T12:00:00Z", 0, "wol-525400123456-856fe12bf4")]
    [InlineData("52:54:00:12:34:56", 9, 6, "2026-11-22T12:00:00Z", 0, "wol-525400123456-ec4a59e67c")]
    [InlineData("52:54:00:12:34:56", 9, 0, "2026-11-22T12:00:05Z", 0, "wol-525400123456-151a24289e")]
    [InlineData("52:54:00:12:34:56", 9, 0, "2026-11-22T12:00:00Z", 1, "wol-525400123456-251d94685e")]
    [InlineData("ff:ff:ff:ff:ff:fe", 65535, 4, "2106-02-07T06:28:16Z", 4, "wol-fffffffffffe-8620f280d0")]
    public void A_name_is_what_it_always_was(string mac, ushort port, int passwordLength, string at, int attempt, string name) =>
        Assert.Equal(name, RequestName.Of(Message(MacAddress.Parse(mac), port, passwordLength), DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture), attempt));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(4.999_999_9)]
    public void Within_a_window_a_message_has_one_name_on_every_node(double seconds) =>
        Assert.Equal(RequestName.Of(Plain, Noon, 0), RequestName.Of(Plain, Noon.AddSeconds(seconds).ToOffset(TimeSpan.FromHours(5.5)), 0));

    [Fact]
    public void Whatever_a_sender_may_mean_makes_another_name()
    {
        var names = from mac in (string[])["52:54:00:12:34:56", "52:54:00:12:34:57", "56:34:12:00:54:52"]
                    from port in (ushort[])[0, 7, 9, 40000]
                    from length in (int[])[0, 4, 6]
                    from window in (int[])[-1, 0, 1, 1000]
                    from attempt in (int[])[0, 1, 4]
                    select RequestName.Of(Message(MacAddress.Parse(mac), port, length), Noon + (window * RequestName.Window), attempt);

        var all = names.ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("node-a", null)]
    [InlineData(null, "eth0")]
    [InlineData("node-a", "eth0")]
    [InlineData("node-b", "eth0")]
    public void Where_places_are_told_apart_so_are_the_names(string? node, string? @interface)
    {
        (string?, string?)[] places = [(null, null), ("node-a", null), (null, "eth0"), ("node-a", "eth0"), ("node-b", "eth0"), ("node-b", null)];
        var command = new HeardCommand("", new byte[32]);
        foreach (var (otherNode, otherInterface) in places.Where(p => p != (node, @interface)))
        {
            var (one, other) = (Plain with { Node = node, Interface = @interface }, Plain with { Node = otherNode, Interface = otherInterface });
            Assert.True(RequestName.Of(one, Noon, 0) != RequestName.Of(other, Noon, 0));
            Assert.True(RequestName.Of(one, command, 0) != RequestName.Of(other, command, 0));
        }
    }

    /// <summary>
    /// A name is read by more people than a password. Of all 65,536 passwords of one row there are 256 names, each for as many: whoever has the
    /// name has one of them in 256 right, and cannot narrow it further, whatever he computes.
    /// </summary>
    [Fact]
    public void All_that_a_name_gives_away_of_a_password_are_its_length_and_eight_bits()
    {
        var names = new Dictionary<string, int>();
        for (var i = 0; i < 65_536; i++)
        {
            byte[] password = [1, 2, (byte)(i >> 8), (byte)i];
            var name = RequestName.Of(Plain with { Password = PasswordTrace.Of(Plain.Target, password) }, Noon, 0);
            names[name] = names.GetValueOrDefault(name) + 1;
        }

        Assert.Equal(256, names.Count);
        Assert.All(names.Values, count => Assert.InRange(count, 128, 512));
    }

    [Fact]
    public void A_command_has_one_name_for_ever_and_every_other_command_another()
    {
        var one = RequestName.Of(Plain, new HeardCommand("", SHA256.HashData([1])), 0);
        Assert.Equal(one, RequestName.Of(Plain, new HeardCommand("another signature", SHA256.HashData([1])), 0));
        Assert.NotEqual(one, RequestName.Of(Plain, new HeardCommand("", SHA256.HashData([2])), 0));
        Assert.NotEqual(one, RequestName.Of(Plain, new HeardCommand("", SHA256.HashData([1])), 1));
        Assert.NotEqual(one, RequestName.Of(Plain with { Target = MacAddress.Parse("52:54:00:12:34:57") }, new HeardCommand("", SHA256.HashData([1])), 0));
    }

    [Fact]
    public void Every_name_is_a_valid_name_of_an_object_and_begins_with_the_address() =>
        Gen.Select(Messages, Times, Gen.Int[0, 4]).Sample((message, at, attempt) =>
        {
            var name = RequestName.Of(message, at, attempt);
            return name.Length <= 63 && Dns1123Label().IsMatch(name) && name.StartsWith($"wol-{message.Target:N}-", StringComparison.Ordinal);
        });

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex Dns1123Label();

    private static MessageIdentity Message(MacAddress target, ushort port, int passwordLength) => new(target, port) { Password = PasswordTrace.Of(target, new byte[passwordLength]) };

    [Theory]
    [InlineData("12:00:00.0000000", "11:59:59.9999999")]
    [InlineData("12:00:00.9999999", "11:59:59.9999999")]
    [InlineData("12:00:01.0000000", null)]
    [InlineData("12:00:03.9999999", null)]
    [InlineData("12:00:04.0000000", "12:00:05")]
    [InlineData("12:00:04.9999999", "12:00:05")]
    public void Within_a_second_of_a_windows_boundary_there_is_a_neighbour(string heard, string? neighbour)
    {
        static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-22T{time}Z", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(neighbour is null ? null : At(neighbour), RequestName.Neighbour(At(heard)));
        if (neighbour is not null) Assert.NotEqual(RequestName.Of(new(Some.Target, 9), At(heard), 0), RequestName.Of(new(Some.Target, 9), At(neighbour), 0));
    }

    [Fact]
    public void A_message_is_the_same_whenever_it_is_heard_and_another_by_all_that_a_meaning_can_lie_in()
    {
        var message = new MessageIdentity(Some.Target, 9);
        MessageIdentity[] all =
        [
            message,
            message with { DestinationPort = 7 },
            message with { Target = Some.NextTarget() },
            message with { Password = new(6, 0, default) },
            message with { Password = new(6, 1, default) },
            message with { Node = "node-a" },
            message with { Node = "node-b" },
            message with { Interface = "eth0" },
        ];
        Assert.Equal(all.Length, all.Select(m => RequestName.MessageOf(m)).Distinct().Count());
        Assert.Matches("^[0-9a-f]{16}$", RequestName.MessageOf(message));
        Assert.Equal(RequestName.MessageOf(message), RequestName.MessageOf(message with { Password = default(PasswordTrace) with { Mark = 7 } }));
    }
}
