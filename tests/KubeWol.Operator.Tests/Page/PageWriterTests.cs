using System.Text.RegularExpressions;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Page;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Page;

/// <summary>The page as HTML: what it says of each thing, and that nothing from the cluster becomes markup.</summary>
public sealed partial class PageWriterTests
{
    private static readonly Journey Quick = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(850));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("</td></tr></table><form action=//evil.example>")]
    [InlineData("--><!--<style>*{display:none}</style>")]
    [InlineData("&lt;b&gt;")]
    [InlineData("\u202e\u0000\r\n\t{{7*7}}${7*7}")]
    public void A_hostile_name_changes_no_tag(string name)
    {
        var (harmless, hostile) = (PageWriter.Write(Everything("harmless")), PageWriter.Write(Everything(name)));

        Assert.Equal(Tags().Matches(harmless).Select(m => m.Value), Tags().Matches(hostile).Select(m => m.Value));
        Assert.Equal(harmless.Count(c => c is '<' or '>' or '"' or '\''), hostile.Count(c => c is '<' or '>' or '"' or '\''));
    }

    [Fact]
    public void It_has_no_script_and_loads_nothing()
    {
        var page = PageWriter.Write(Everything("web-01"));

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", page.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        Assert.Contains("default-src &#x27;none&#x27;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journey_is_a_bar_whose_parts_are_as_long_as_they_took()
    {
        var page = PageWriter.Write(Facts(requests: [Request() with { Journey = Quick }]));

        Assert.Contains("""<rect class="a" x="0" width="10" height="1"/><rect class="b" x="10" width="5" height="1"/><rect class="c" x="15" width="85" height="1"/>""", page, StringComparison.Ordinal);
        Assert.Contains("<small>100 &#x2B; 50 &#x2B; 850 = 1,000 ms</small>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_journey_of_no_time_and_one_not_begun_are_no_bars()
    {
        var page = PageWriter.Write(Facts(requests: [Request() with { Journey = new(TimeSpan.Zero, null, null) }, Request() with { Journey = new(null, null, null) }]));

        Assert.DoesNotContain("<rect", page, StringComparison.Ordinal);
        Assert.Contains("<small>0 = 0 ms</small>", page, StringComparison.Ordinal);
    }

    public static TheoryData<string, object, string> Rows => new()
    {
        { "an address", Machine(), "<code>52:54:00:12:34:56</code>" },
        { "no address", Machine() with { Addresses = [] }, "no address: it cannot be called" },
        { "where it runs", Machine() with { Node = "node-b" }, "</span> on node-b" },
        { "the default", Machine(), "Wake, by default" },
        { "one policy", Machine() with { Policies = ["desktops"] }, "what desktops says" },
        { "many policies", Machine() with { Policies = ["a", "b", "c", "d", "e", "f"] }, "what a, b, c, d and 2 more say" },
        { "an agent", Agent(), "<code>eth0</code> 1,042 frames, <span class=\"dim\">0 lost</span>" },
        { "an agent that loses frames", Agent() with { Figures = new(1, 7, true, 0, [new("eth0", 5, 3)]) }, "<span class=\"bad\">3 lost</span>" },
        { "an agent that has not been told", Agent() with { Figures = new(1, 0, false, 0, []) }, "not told yet" },
        { "an agent that does not answer", Agent() with { Figures = null }, "its metrics did not answer within a second" },
        { "an agent that is not ready", Agent() with { State = AgentState.NotReady }, "<span class=\"word bad\">not ready</span>" },
        { "a node without agent", new AgentRow("node-z", AgentState.Missing, null), "<span class=\"word wait\">none on this node</span>" },
        { "a policy in effect", Policy(), "<span class=\"word good\">InEffect</span>" },
        { "a policy that can never match", Policy() with { IsReady = false, Reason = "SelectsNothing", Message = "no machine has these labels" }, "<span class=\"word bad\">SelectsNothing</span><small>no machine has these labels</small>" },
        { "a policy that is new", Policy() with { IsReady = null, Reason = "not looked at yet" }, "<span class=\"word wait\">not looked at yet</span>" },
        { "a failure", Request() with { Phase = "Failed", Reason = "AmbiguousTarget" }, "<span class=\"word bad\">Failed</span> AmbiguousTarget" },
        { "a long message", Request() with { Message = new('x', 2000) }, $"{new string('x', 297)}&#x2026;</small>" },
        { "its age", Request() with { At = Some.Noon.AddMinutes(-5) }, "<td data-l=\"When\">5 min ago</td>" },
        { "an age of a clock that is ahead", Request() with { At = Some.Noon.AddMinutes(5) }, "<td data-l=\"When\">now</td>" },
    };

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public void A_row_says(string what, object row, string says)
    {
        var page = PageWriter.Write(row switch
        {
            MachineRow machine => Facts(machines: [machine]),
            AgentRow agent => Facts(agents: [agent]),
            RuleRow policy => Facts(policies: [policy]),
            _ => Facts(requests: [(RequestRow)row]),
        });

        Assert.True(page.Contains(says, StringComparison.Ordinal), $"{what}: {page[page.IndexOf("</style>", StringComparison.Ordinal)..]}");
    }

    [Theory]
    [InlineData("", 100, 100, 100, "<span class=\"dim\"></span>")]
    [InlineData("", 100, 100_000, 100_000, "the first 100 of 100,000")]
    [InlineData("web", 3, 3, 100_000, "3 of 100,000 fit “web”")]
    [InlineData("web", 100, 500, 100_000, "500 of 100,000 fit “web”, the first 100 of 500")]
    public void What_is_left_out_is_said(string find, int rows, int found, int all, string says)
    {
        var facts = Facts(machines: [.. Enumerable.Repeat(Machine(), rows)]);

        Assert.Contains(says, PageWriter.Write(facts with { Find = find, Machines = facts.Machines with { Found = found, All = all } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Agents_that_are_not_shown_count_as_ready_because_the_others_come_first() =>
        Assert.Contains("999 of 1,000", PageWriter.Write(Facts() with { Agents = new([Agent() with { State = AgentState.NotReady }], 1000, 1000) }), StringComparison.Ordinal);

    private static PageFacts Facts(
        IReadOnlyList<MachineRow>? machines = null, IReadOnlyList<RequestRow>? requests = null, IReadOnlyList<AgentRow>? agents = null, IReadOnlyList<RuleRow>? policies = null) => new()
    {
        At = Some.Noon, IsLeading = true, DefaultVerbs = [WakeAction.Wake],
        Machines = All(machines), Requests = All(requests), Agents = All(agents), Policies = All(policies),
    };

    private static PageFacts Everything(string name) => Facts(
        [Machine() with { Name = name, Addresses = [name], State = name, Node = name, Policies = [name] }],
        [new(name, name, name, name, name, name, Some.Noon, Quick)],
        [Agent() with { Node = name, Figures = new(1, 1, true, 0, [new(name, 1, 1)]) }],
        [new(name, name, 1, false, name, name)]) with { Find = name, Templates = All<RuleRow>([new(name, name, 1, null, name, name)]) };

    private static Shown<T> All<T>(IReadOnlyList<T>? rows) => new(rows ?? [], rows?.Count ?? 0, rows?.Count ?? 0);

    private static MachineRow Machine() => new("team-a/web-01", ["52:54:00:12:34:56"], "Stopped", null, []);

    private static RequestRow Request() => new("Wake", "team-a/web-01", "Succeeded", "Started", "it was started", "10.0.0.1 on node-a eth0", Some.Noon, Quick);

    private static AgentRow Agent() => new("node-a", AgentState.Ready, new(1, 7, true, 0, [new("eth0", 1042, 0)]));

    private static RuleRow Policy() => new("team-a/desktops", "Wake; proof None", 3, true, "InEffect", "frames can match it");

    [GeneratedRegex("</?[a-zA-Z!][a-zA-Z0-9]*")]
    private static partial Regex Tags();
}
