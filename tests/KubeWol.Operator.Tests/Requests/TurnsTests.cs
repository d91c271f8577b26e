using CsCheck;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Whose turn it is, and whether it is always somebody's.</summary>
public sealed class TurnsTests
{
    /// <summary>Two requests, the earlier and the later asked for, each waiting or begun; and the turn of each. Force is a Sleep with force.</summary>
    private const string Pairs = """
        earlier          | begun | later                                    | begun -> turns

        Wake Instantiate | *     | Sleep Force Destroy                      | *     -> Superseded Others
        Wake Instantiate | yes   | Wake Instantiate Move                    | *     -> Mine Others
        Wake Instantiate | no    | Wake Instantiate Move                    | no    -> Mine Others
        Wake Instantiate | no    | Wake Instantiate Move                    | yes   -> Others Mine

        Sleep            | no    | Wake Instantiate Force Destroy           | *     -> Superseded Others
        Sleep            | yes   | Force                                    | *     -> Superseded Others
        Sleep            | yes   | Wake Instantiate Sleep Move Destroy      | *     -> Mine Others
        Sleep            | no    | Sleep Move                               | no    -> Mine Others
        Sleep            | no    | Sleep Move                               | yes   -> Others Mine

        Force            | no    | Wake Instantiate Destroy                 | *     -> Superseded Others
        Force            | yes   | *                                        | *     -> Mine Others
        Force            | no    | Sleep Force Move                         | no    -> Mine Others
        Force            | no    | Sleep Force Move                         | yes   -> Others Mine

        Move             | no    | Destroy                                  | *     -> Superseded Others
        Move             | yes   | *                                        | *     -> Mine Others
        Move             | no    | Wake Instantiate Sleep Force Move        | no    -> Mine Others
        Move             | no    | Wake Instantiate Sleep Force Move        | yes   -> Others Mine

        Destroy          | yes   | *                                        | *     -> Mine Others
        Destroy          | no    | *                                        | no    -> Mine Others
        Destroy          | no    | *                                        | yes   -> Others Mine
        """;

    private static readonly string[] Kinds = ["Wake", "Instantiate", "Sleep", "Force", "Move", "Destroy"];

    private static readonly (string Line, string[][] Cells, string Turns)[] Rows =
    [
        .. from line in Pairs.Split('\n').Skip(1)
           where line.Length > 0
           let halves = line.Split("->")
           select (line, halves[0].Split('|').Select(c => c.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray(), halves[1].Trim()),
    ];

    public static TheoryData<string, bool, string, bool> Everything =>
    [
        .. from earlier in Kinds
           from begun in (bool[])[false, true]
           from later in Kinds
           from laterBegun in (bool[])[false, true]
           select new TheoryDataRow<string, bool, string, bool>(earlier, begun, later, laterBegun),
    ];

    [Theory]
    [MemberData(nameof(Everything))]
    public void Of_two_one_waits_or_gives_way(string earlier, bool begun, string later, bool laterBegun)
    {
        string[] words = [earlier, begun ? "yes" : "no", later, laterBegun ? "yes" : "no"];
        var (_, _, turns) = Assert.Single(Rows, r => r.Cells.Zip(words).All(c => c.First is ["*"] || c.First.Contains(c.Second)));
        var (first, second) = (Rival(earlier, "a", 1, begun), Rival(later, "b", 2, laterBegun));

        Assert.Equal(turns, $"{Turns.Of(first, [second]).Turn} {Turns.Of(second, [first]).Turn}");
    }

    [Fact]
    public void Who_waits_or_gives_way_knows_for_whom()
    {
        var (wake, sleep, move) = (Rival("Wake", "a", 1), Rival("Sleep", "b", 2), Rival("Move", "c", 3));

        Assert.Equal((Turn.Mine, null), Turns.Of(wake, []));
        Assert.Equal((Turn.Superseded, sleep), Turns.Of(wake, [move, sleep]));
        Assert.Equal((Turn.Others, wake), Turns.Of(sleep, [wake, move])); // until the wake has ended
        Assert.Equal((Turn.Others, wake), Turns.Of(move, [sleep, wake])); // the first in the line, not the next
    }

    [Theory]
    [InlineData("Sleep")]
    [InlineData("Force")]
    [InlineData("Destroy")]
    public void A_start_that_does_not_show_yet_is_waited_for_before_it_gives_way(string later)
    {
        var (wake, other) = (Rival("Wake", "a", 1, begun: true) with { IsUnseen = true }, Rival(later, "b", 2));

        Assert.Equal((Turn.Mine, Turn.Others), (Turns.Of(wake, [other]).Turn, Turns.Of(other, [wake]).Turn));
    }

    [Fact]
    public void Whatever_came_to_pass_never_two_may_act_and_never_do_all_wait() => Lines.Sample(
        rivals =>
        {
            var turns = rivals.Select(r => Turns.Of(r, [.. rivals.Where(o => o != r)]).Turn).ToList();

            Assert.InRange(turns.Count(t => t == Turn.Mine), 0, 1);
            Assert.Contains(turns, t => t != Turn.Others);
        },
        iter: 10_000);

    [Fact]
    public void All_come_to_their_end_and_the_last_word_counts() => Arrivals.Sample(
        story =>
        {
            var (asked, moments) = story;
            var there = new List<Rival>();
            var state = "";
            for (var step = 0; step < asked.Count || there.Count > 0; step++)
            {
                Assert.True(step < 20 * asked.Count, "no end in sight");
                if (step < asked.Count) there.Add(asked[step]);
                // How much happens until the next one arrives.
                for (var i = step < moments.Count ? moments[step] : 1; i > 0; i--) Advance(there, ref state);
            }

            var last = asked.LastOrDefault(r => r.Action != WakeAction.Move);
            Assert.Equal(last is null ? "" : Effect(last), state);
        },
        iter: 3_000);

    [Fact]
    public void Those_of_one_second_have_an_order_that_does_not_change()
    {
        var (first, second) = (Rival("Wake", "b", 1, version: "7"), Rival("Wake", "a", 1, version: "8"));
        Assert.InRange(Operator.Requests.Rival.Asked.Compare(first, second), int.MinValue, -1);

        // Once reported on, a request keeps its place whatever is written to it.
        var reported = first with { Request = first.Request with { Metadata = first.Request.Metadata with { ResourceVersion = "9" }, Status = new() { Sequence = 7 } } };
        Assert.InRange(Operator.Requests.Rival.Asked.Compare(reported, second), int.MinValue, -1);
        Assert.Equal(7, RequestStatus.After(Some.Reading(first.Request), new(new Plan.Wait(WakeReason.LookingForTarget, default), default), "", Some.Noon, Some.Noon).Sequence);
    }

    [Fact]
    public void No_two_are_equal_and_all_agree_on_the_order() => Lines.Sample(rivals =>
    {
        foreach (var order in (Comparer<Rival>[])[Operator.Requests.Rival.Asked, Operator.Requests.Rival.Turns])
        {
            var sorted = rivals.Order(order).ToList();
            for (var i = 0; i < sorted.Count; i++)
            {
                for (var j = 0; j < sorted.Count; j++) Assert.Equal(i.CompareTo(j), Math.Sign(order.Compare(sorted[i], sorted[j])));
            }
        }
    });

    [Theory]
    [InlineData(-30, "before")] // kept through an outage of the API server
    [InlineData(0.5, "before")] // the second of its creation is all that the API server says
    [InlineData(1.5, "with")] // from the future: its node's clock is ahead
    public void A_frame_was_asked_for_when_it_was_heard_but_never_after_its_request_was_made(double heard, string place)
    {
        var frame = Some.Heard() with { Metadata = Some.Heard().Metadata with { CreationTimestamp = Some.Noon, ResourceVersion = "5" } };
        frame = frame with { Spec = frame.Spec with { Frame = frame.Spec.Frame! with { CapturedAt = Some.Noon.AddSeconds(heard) } } };
        var later = Rival("Sleep", "by-hand", 0, version: "6", created: place == "before" ? Some.Noon.AddSeconds(heard + 0.001) : Some.Noon);

        Assert.InRange(Operator.Requests.Rival.Asked.Compare(new(frame, WakeAction.Wake), later), int.MinValue, -1);
    }

    /// <summary>Any line of rivals, some begun, asked for in any order and often in the same second.</summary>
    private static Gen<Rival[]> Lines =>
        from members in Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[1, 3]).Array[1, 7]
        select members.Select((m, i) =>
            Rival(Kinds[m.Item1], $"r{i}", m.Item2, begun: m.Item3 > 0, version: m.Item4 == 3 ? "opaque" : $"{m.Item4}") with { IsUnseen = m.Item3 == 2 }).ToArray();

    /// <summary>Requests that arrive in the order in which they were asked for, and how much happens between two arrivals.</summary>
    private static Gen<(IReadOnlyList<Rival>, IReadOnlyList<int>)> Arrivals =>
        from members in Gen.Int[0, Kinds.Length - 1].Array[1, 8]
        from moments in Gen.Int[0, 3].Array[members.Length]
        select ((IReadOnlyList<Rival>)[.. members.Select((kind, i) => Rival(Kinds[kind], $"r{i}", i))], (IReadOnlyList<int>)moments);

    /// <summary>One thing happens: a request gives way, or whose turn it is begins, or ends. Its effect is there when it ends.</summary>
    private static void Advance(List<Rival> there, ref string state)
    {
        foreach (var rival in there.ToList())
        {
            var turn = Turns.Of(rival, [.. there.Where(o => o != rival)]).Turn;
            if (turn == Turn.Others) continue;
            there.Remove(rival);
            if (turn == Turn.Mine && rival.HasBegun && rival.Action != WakeAction.Move) state = Effect(rival);
            if (turn == Turn.Mine && !rival.HasBegun) there.Add(rival with { Request = rival.Request with { Status = new() { Operation = WakeOperation.Start } } });
            return;
        }
    }

    private static string Effect(Rival rival) => rival.Action switch
    {
        WakeAction.Sleep => "down",
        WakeAction.Destroy => "gone",
        _ => "up",
    };

    private static Rival Rival(string kind, string name, int second, bool begun = false, string? version = null, DateTimeOffset? created = null)
    {
        var action = kind == "Force" ? WakeAction.Sleep : Enum.Parse<WakeAction>(kind);
        var request = Some.Asking(action, $"team-a/{name}", sleep: kind == "Force" ? new() { Mode = SleepMode.Stop, Force = true } : null);
        return new(
            request with
            {
                Metadata = request.Metadata with { CreationTimestamp = created ?? Some.Noon.AddSeconds(second), ResourceVersion = version ?? request.Metadata.ResourceVersion },
                Status = begun ? new() { Operation = WakeOperation.Start } : null,
            },
            action);
    }
}
