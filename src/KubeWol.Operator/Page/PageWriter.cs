using System.Globalization;
using KubeWol.Operator.Requests;

namespace KubeWol.Operator.Page;

/// <summary>The status page as HTML: a pure function of what it shows.</summary>
internal static class PageWriter
{
    /// <summary>Octets of any one text; what is longer ends with an ellipsis.</summary>
    private const int Longest = 300;

    private const int MostPolicies = 4;
    private const int MostNics = 16;

    public static string Write(PageFacts facts)
    {
        var page = new Markup();
        page.Add($"""<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{PageStyle.Policy}">""")
            .Add($"""<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>KubeWol</title><style>""").AddConstant(PageStyle.Css)
            .Add($"""</style></head><body><header><h1>KubeWol</h1><span class="dim">{(facts.IsLeading ? "this operator leads" : "this operator stands by")}, {facts.At:yyyy-MM-dd HH:mm:ss} UTC</span>""")
            .Add($"""<form><input name="find" type="search" value="{Cut(facts.Find)}" maxlength="64" placeholder="name, namespace or address" aria-label="Find"></form></header>""");
        AddTiles(page, facts);
        AddRequests(page, facts);
        AddMachines(page, facts);
        AddAgents(page, facts.Agents);
        AddRules(page, "Policies", "no WakePolicy: the default counts for all machines", facts.Policies);
        AddRules(page, "Templates", "no WakeTemplate: no machine is made when it is called", facts.Templates);
        return page.Add($"<footer>Made for you just now. Load it again for what is new.</footer></body></html>\n").ToString();
    }

    private static void AddTiles(Markup page, PageFacts facts)
    {
        var ready = facts.Agents.Rows.Count(a => a.State == AgentState.Ready) + facts.Agents.All - facts.Agents.Rows.Count; // those not shown come after all that are not ready
        var idle = facts.Policies.Rows.Count(p => p.IsReady == false);
        page.AddConstant("<dl class=\"tiles\">");
        Tile("Machines", facts.Machines.All, "");
        Tile("Addresses listened for", facts.Addresses, "");
        Tile("Requests kept", facts.Requests.All, "");
        page.Add($"""<div><dt>Agents ready</dt><dd class="{(ready < facts.Agents.All ? "bad" : "")}">{ready:N0} of {facts.Agents.All:N0}</dd></div>""");
        Tile("Policies that cannot match", idle, idle > 0 ? "bad" : "");
        page.AddConstant("</dl>");

        void Tile(string name, int value, string tone) => page.Add($"""<div><dt>{name}</dt><dd class="{tone}">{value:N0}</dd></div>""");
    }

    private static void AddRequests(Markup page, PageFacts facts)
    {
        Begin(page, "Requests", facts.Requests, facts.Find);
        if (End(page, facts.Requests.Rows.Count, "none yet: send a packet")) return;
        page.AddConstant("""<p class="none"><i class="a"></i>heard, to the operator<i class="b"></i>decided, asked of KubeVirt<i class="c"></i>done</p><table><thead><tr><th>When</th><th>What</th><th>Became of it</th><th>From</th><th>Journey</th></tr></thead><tbody>""");
        foreach (var row in facts.Requests.Rows)
        {
            page.Add($"""<tr><td data-l="When">{Age(row.At, facts.At)}</td><td data-l="What"><b>{row.Action}</b> {Cut(row.Target)}</td>""")
                .Add($"""<td data-l="Became of it"><span class="word {Tone(row.Phase)}">{row.Phase}</span> {row.Reason}<small>{Cut(row.Message)}</small></td><td data-l="From">{Cut(row.From)}</td><td data-l="Journey" class="journey">""");
            AddJourney(page, row.Journey);
            page.AddConstant("</td></tr>");
        }

        page.AddConstant("</tbody></table></section>");
    }

    private static void AddJourney(Markup page, Journey journey)
    {
        if (!journey.HasBegun) return;
        page.Add($"""<svg viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label="{Parts(journey)}">""");
        var at = 0d;
        foreach (var (part, tone) in ((TimeSpan?, string)[])[(journey.Reporting, "a"), (journey.Deciding, "b"), (journey.Doing, "c")])
        {
            var width = journey.Total > TimeSpan.Zero ? 100 * ((part ?? default) / journey.Total) : 0;
            if (width > 0) page.Add($"""<rect class="{tone}" x="{at:0.##}" width="{width:0.##}" height="1"/>""");
            at += width;
        }

        page.Add($"</svg><small>{Parts(journey)} = {Milliseconds(journey.Total)} ms</small>");
    }

    private static string Parts(Journey journey) =>
        string.Join(" + ", ((TimeSpan?[])[journey.Reporting, journey.Deciding, journey.Doing]).OfType<TimeSpan>().Select(Milliseconds));

    private static void AddMachines(Markup page, PageFacts facts)
    {
        Begin(page, "Machines", facts.Machines, facts.Find);
        if (End(page, facts.Machines.Rows.Count, "none")) return;
        page.AddConstant("<table><thead><tr><th>Machine</th><th>Listened for</th><th>State</th><th>Frames may</th></tr></thead><tbody>");
        foreach (var row in facts.Machines.Rows)
        {
            page.Add($"""<tr><td data-l="Machine"><b>{Cut(row.Name)}</b></td><td data-l="Listened for">""");
            foreach (var address in row.Addresses) page.Add($"<code>{Cut(address)}</code> ");
            if (row.Addresses.Count == 0) page.AddConstant("<span class=\"wait\">no address: it cannot be called</span>");
            page.Add($"""</td><td data-l="State"><span class="word">{Cut(row.State)}</span>{(row.Node is null ? "" : $" on {Cut(row.Node)}")}</td><td data-l="Frames may">""");
            page.Add($"{(row.Policies.Count == 0 ? ByDefault(facts) : ByPolicies(row.Policies))}</td></tr>");
        }

        page.AddConstant("</tbody></table></section>");
    }

    private static void AddAgents(Markup page, Shown<AgentRow> agents)
    {
        Begin(page, "Agents", agents, "");
        if (End(page, agents.Rows.Count, "no node is known")) return;
        page.AddConstant("""<table><thead><tr><th>Node</th><th>Agent</th><th>Interfaces: frames that passed the filter</th><th class="n">Listens for</th><th class="n">Waiting</th></tr></thead><tbody>""");
        foreach (var row in agents.Rows)
        {
            var (words, tone) = row.State switch
            {
                AgentState.Missing => ("none on this node", "wait"),
                AgentState.NotReady => ("not ready", "bad"),
                _ => ("ready", "good"),
            };
            page.Add($"""<tr><td data-l="Node"><b>{Cut(row.Node)}</b></td><td data-l="Agent"><span class="word {tone}">{words}</span></td><td data-l="Interfaces">""");
            if (row.Figures is null && row.State != AgentState.Missing) page.AddConstant("<span class=\"wait\">its metrics did not answer within a second</span>");
            var nics = row.Figures?.Nics ?? [];
            foreach (var nic in nics.Take(MostNics))
            {
                page.Add($"""<div><code>{nic.Name}</code> {nic.Frames:N0} frames, <span class="{(nic.Lost > 0 ? "bad" : "dim")}">{nic.Lost:N0} lost</span></div>""");
            }

            if (nics.Count > MostNics) page.Add($"<div>and {nics.Count - MostNics} more</div>");

            page.Add($"""</td><td data-l="Listens for" class="n">{(row.Figures is not { } figures ? "" : figures.IsIndexKnown ? Number(figures.Addresses) : "not told yet")}</td>""")
                .Add($"""<td data-l="Waiting" class="n">{(row.Figures is null ? "" : Number(row.Figures.Waiting))}</td></tr>""");
        }

        page.AddConstant("</tbody></table></section>");
    }

    private static void AddRules(Markup page, string name, string none, Shown<RuleRow> rules)
    {
        Begin(page, name, rules, "");
        if (End(page, rules.Rows.Count, none)) return;
        page.AddConstant("<table><thead><tr><th>Name</th><th>Says</th><th class=\"n\">Machines</th><th>In effect</th></tr></thead><tbody>");
        foreach (var row in rules.Rows)
        {
            var tone = row.IsReady switch { true => "good", false => "bad", null => "wait" };
            page.Add($"""<tr><td data-l="Name"><b>{Cut(row.Name)}</b></td><td data-l="Says">{Cut(row.Says)}</td><td data-l="Machines" class="n">{row.Machines:N0}</td>""")
                .Add($"""<td data-l="In effect"><span class="word {tone}">{Cut(row.Reason)}</span><small>{Cut(row.Message)}</small></td></tr>""");
        }

        page.AddConstant("</tbody></table></section>");
    }

    private static void Begin<T>(Markup page, string name, Shown<T> list, string find)
    {
        page.Add($"""<section><div class="head"><h2>{name}</h2><span class="dim">""");
        if (find.Length > 0) page.Add($"{list.Found:N0} of {list.All:N0} fit “{Cut(find)}”");
        if (list.Found > list.Rows.Count) page.Add($"{(find.Length > 0 ? ", " : "")}the first {list.Rows.Count:N0} of {list.Found:N0}");
        page.AddConstant("</span></div>");
    }

    /// <summary>Whether there is nothing to show; then it is said, and the section is over.</summary>
    private static bool End(Markup page, int rows, string none)
    {
        if (rows == 0) page.Add($"""<p class="none">{none}</p></section>""");
        return rows == 0;
    }

    private static string ByDefault(PageFacts facts) => facts.DefaultVerbs.Count == 0 ? "nothing, by default" : $"{string.Join(", ", facts.DefaultVerbs)}, by default";

    private static string ByPolicies(IReadOnlyList<string> policies) =>
        $"what {Cut(string.Join(", ", policies.Take(MostPolicies)))}{(policies.Count > MostPolicies ? $" and {policies.Count - MostPolicies} more" : "")} say{(policies.Count == 1 ? "s" : "")}";

    private static string Tone(string phase) => phase switch { "Succeeded" => "good", "Failed" => "bad", _ => "wait" };

    private static string Milliseconds(TimeSpan time) => Number(time.TotalMilliseconds);

    private static string Number(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Age(DateTimeOffset? at, DateTimeOffset now) => (now - at) switch
    {
        null => "",
        { TotalSeconds: < 1 } => "now",
        { TotalSeconds: < 100 } age => $"{(int)age.TotalSeconds} s ago",
        { TotalMinutes: < 100 } age => $"{(int)age.TotalMinutes} min ago",
        { TotalHours: < 48 } age => $"{(int)age.TotalHours} h ago",
        { } age => $"{(int)age.TotalDays} d ago",
    };

    private static string Cut(string text) => Messages.Cut(text, Longest);
}
