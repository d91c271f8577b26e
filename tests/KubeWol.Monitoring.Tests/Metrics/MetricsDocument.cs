using System.Text;

namespace KubeWol.Monitoring.Tests.Metrics;

/// <summary>docs/metrics.md: what agents and operators export, as they say it themselves.</summary>
internal static class MetricsDocument
{
    private const string Head = """
        # Metrics

        <!-- Written by `make metrics-docs`, from the pages of running programs. -->

        Agents and operators serve `/metrics` in Prometheus' text format: agents on port 9842 of their nodes (`agent.metricsPort` in the chart), operators on port 8080.
        What begins with `kubewol_agent_` the agent alone has. Every series is there from the start, at zero; those of an interface from when it is listened on. No label
        ever has an address or the name of a machine, so that a flood of frames makes no new series.

        [Alerts](runbooks/README.md) and a Grafana dashboard are in the chart: `prometheusRule.enabled`, `dashboard.enabled`. This is what the dashboard's queries give, while a
        test sends frames:

        ![The dashboard](images/dashboard.svg)

        """;

    /// <summary>Labels whose values are those of the node, or of the build.</summary>
    private static readonly string[] Open = ["interface", "version"];

    public static string Text(ProgramPage agent, ProgramPage @operator)
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        var both = agent.Families.Keys.Intersect(@operator.Families.Keys).ToHashSet();
        Section(text, "The agent", agent.Families.Values.Where(f => !both.Contains(f.Name)));
        Section(text, "The operator", @operator.Families.Values.Where(f => !both.Contains(f.Name)));
        Section(text, "Both", both.Select(name => Merge(agent.Families[name], @operator.Families[name])));
        return text.ToString();
    }

    private static Family Merge(Family a, Family b) => a with
    {
        Labels = a.Labels.Keys.Union(b.Labels.Keys).Order(StringComparer.Ordinal).ToDictionary(
            label => label, IReadOnlyList<string> (label) => [.. a.Labels.GetValueOrDefault(label, []).Union(b.Labels.GetValueOrDefault(label, [])).Order(StringComparer.Ordinal)]),
    };

    private static void Section(StringBuilder text, string title, IEnumerable<Family> families)
    {
        var all = families.OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        text.Append("\n## ").Append(title).Append("\n\n| metric | type | labels | what it says |\n|---|---|---|---|\n");
        foreach (var family in all)
        {
            text.Append("| `").Append(family.Name).Append("` | ").Append(family.Type).Append(" | ")
                .AppendJoin(", ", family.Labels.Keys.Select(l => $"`{l}`")).Append(" | ").Append(family.Help).Append(" |\n");
        }

        text.Append('\n');
        foreach (var family in all)
        {
            foreach (var (label, values) in family.Labels.Where(l => !Open.Contains(l.Key)))
            {
                text.Append("- `").Append(family.Name).Append("`, `").Append(label).Append("`: ").AppendJoin(", ", values).Append('\n');
            }
        }
    }
}
