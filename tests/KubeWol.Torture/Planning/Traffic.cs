using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Planning;

/// <summary>Chooses messages.</summary>
internal sealed class Traffic
{
    /// <summary>How many machines send.</summary>
    public const int Senders = 3;

    /// <summary>The ports at which a packet means another verb than Wake.</summary>
    public static readonly IReadOnlyDictionary<WakeAction, ushort> Ports = new Dictionary<WakeAction, ushort> { [WakeAction.Sleep] = 9101, [WakeAction.Move] = 9102, [WakeAction.Instantiate] = 9103 };

    /// <summary>What the machines of <see cref="Group.Secret"/> want to hear.</summary>
    public const string Password = "5e:c1:2e:70:00:01";

    /// <summary>Messages a second.</summary>
    private const double Rate = 4;

    /// <summary>A machine is left alone for this long after a message, but for changes of mind: so that what is done to it shows.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2.5);

    /// <summary>The very same message is a new one only after this time; nodes may take it for a repetition before.</summary>
    private static readonly TimeSpan SameAgain = TimeSpan.FromSeconds(6);

    private readonly Random _random;
    private readonly List<PlannedMessage> _messages = [];
    private readonly Dictionary<MacAddress, TimeSpan> _called = [];
    private readonly Dictionary<(MacAddress, ushort, string?), TimeSpan> _said = [];

    private Traffic(Random random) => _random = random;

    public static IReadOnlyList<PlannedMessage> Make(Random random, TimeSpan length)
    {
        var traffic = new Traffic(random);
        for (var at = TimeSpan.FromSeconds(0.5); at < length; at += TimeSpan.FromSeconds(random.NextDouble() * 2 / Rate)) traffic.Next(at);
        return traffic._messages;
    }

    private void Next(TimeSpan at)
    {
        var members = Cast.Members;
        Member? member = null;
        for (var tries = 0; tries < 20 && member is null; tries++)
        {
            var candidate = members[_random.Next(members.Count)];
            if (!_called.TryGetValue(candidate.Address, out var before) || at - before > Pause) member = candidate;
        }

        if (member is null) return;
        var dice = _random.Next(100);
        var kind = dice switch
        {
            < 3 => MessageKind.UnknownAddress,
            < 5 => MessageKind.Damaged,
            < 8 when member.IsMade => MessageKind.ForeignKey,
            < 15 when member.Group == Group.Secret => MessageKind.WrongPassword,
            _ => MessageKind.Ordinary,
        };
        var verb = kind == MessageKind.ForeignKey ? WakeAction.Destroy : kind is MessageKind.UnknownAddress or MessageKind.WrongPassword ? WakeAction.Wake : Verb(member);
        var said = Say(at, member, verb, kind);

        // A change of mind, a moment later.
        if (said && kind == MessageKind.Ordinary && verb is WakeAction.Wake or WakeAction.Sleep && _random.Next(10) == 0)
            Say(at + TimeSpan.FromSeconds(0.2 + (_random.NextDouble() * 1.5)), member, verb == WakeAction.Wake ? WakeAction.Sleep : WakeAction.Wake, MessageKind.Ordinary);
    }

    private WakeAction Verb(Member member) => _random.Next(100) switch
    {
        < 15 when member.IsMade => WakeAction.Instantiate,
        < 30 when member.IsMade => WakeAction.Destroy,
        < 12 when member.Group != Group.Secret => WakeAction.Move,
        < 50 => WakeAction.Sleep,
        _ => WakeAction.Wake,
    };

    private bool Say(TimeSpan at, Member member, WakeAction verb, MessageKind kind)
    {
        var number = _messages.Count;
        var target = kind == MessageKind.UnknownAddress ? new(Cast.Nobody.Bits + (ulong)number) : member.Address;
        var isReversed = verb == WakeAction.Sleep && member.Group != Group.Secret && _random.Next(2) == 0;
        var needsPort = Ports.TryGetValue(verb, out var port) && !isReversed;
        var wire = needsPort || verb == WakeAction.Destroy ? (Wire)_random.Next(1, 3) : (Wire)_random.Next(3);
        if (!needsPort) port = wire == Wire.Ethernet ? (ushort)0 : verb == WakeAction.Destroy || _random.Next(2) == 0 ? (ushort)9 : (ushort)7;
        var password = kind == MessageKind.WrongPassword ? "00:00:00:00:00:01" : member.Group == Group.Secret && kind == MessageKind.Ordinary ? Password : null;
        var said = (isReversed ? target.Reversed : target, port, password);
        if (verb != WakeAction.Destroy && _said.TryGetValue(said, out var before) && at - before < SameAgain) return false;
        (_said[said], _called[target]) = (at, at);
        _messages.Add(new(number, target, verb, kind) { Wire = wire, Port = port, IsReversed = isReversed, Password = password, Copies = Copies(at) });
        return true;
    }

    /// <summary>Once; three times, as many senders do; or by two machines at about the same time.</summary>
    private IReadOnlyList<(TimeSpan At, int Sender)> Copies(TimeSpan at)
    {
        var sender = _random.Next(Senders);
        return _random.Next(10) switch
        {
            < 6 => [(at, sender)],
            < 9 => [(at, sender), (at + TimeSpan.FromMilliseconds(100), sender), (at + TimeSpan.FromMilliseconds(200), sender)],
            _ => [(at, sender), (at + TimeSpan.FromMilliseconds(_random.Next(400)), (sender + 1) % Senders)],
        };
    }
}
