using System.Text;

namespace KubeWol.EndToEnd.Rights;

/// <summary>What the chart grants beside what was asked for: both should be the same.</summary>
public sealed class RightsComparison
{
    private readonly IReadOnlyList<GrantedRule> _granted;
    private readonly Dictionary<GrantedRule, int> _uses;

    public RightsComparison(IReadOnlyList<GrantedRule> granted, IReadOnlyList<Decision> decisions)
    {
        _granted = granted;
        _uses = granted.Distinct().ToDictionary(rule => rule, _ => 0);
        foreach (var decision in decisions)
        {
            // The first rule counts: of two that say the same, one is not needed.
            if (granted.FirstOrDefault(rule => rule.Covers(decision)) is { } rule) _uses[rule]++;
        }

        // What the chart grants and the server denies all the same is asked for again: a server that has just started knows no rights yet.
        Missing = [.. decisions.Where(d => !d.Allowed && !granted.Any(rule => rule.Covers(d))).Select(d => $"{d.User}: {d}").Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>What was denied, and the chart does not grant.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>What the chart grants, and nobody asked for.</summary>
    public IReadOnlyList<GrantedRule> Unused => [.. _granted.Where(rule => _uses[rule] == 0)];

    /// <summary>A row for each rule, and one for each thing that was denied.</summary>
    public string Print()
    {
        var text = new StringBuilder("Every right that the chart grants, and how often it was asked for (✗: never, or denied)\n\n| | who | what | where | times |\n|---|---|---|---|---|\n");
        foreach (var rule in _granted.OrderBy(r => (r.User, r.Namespace ?? "", r.Group, r.Resource, r.Verb)))
        {
            var what = $"{rule.Verb} {rule.Resource}{(rule.Group.Length == 0 ? "" : $".{rule.Group}")}{(rule.Name is null ? "" : $" {rule.Name}")}";
            text.AppendLine($"| {(_uses[rule] > 0 ? "✓" : "✗")} | {Who(rule.User)} | {what} | {rule.Namespace ?? "everywhere"} | {_uses[rule]} |");
        }

        foreach (var missing in Missing) text.AppendLine($"| ✗ | {Who(missing.Split(": ")[0])} | {missing[(missing.IndexOf(": ", StringComparison.Ordinal) + 2)..]} | denied | |");
        return text.ToString();
    }

    private static string Who(string user) => user[(user.LastIndexOf(':') + 1)..];
}
