namespace KubeWol.Monitoring.Tests.Metrics;

/// <summary>What expressions may name: the metrics that programs really export, with their labels and values.</summary>
internal sealed class Vocabulary(IReadOnlyList<ProgramPage> pages)
{
    /// <summary>Labels that whoever scrapes adds.</summary>
    private static readonly string[] Targets = ["namespace", "pod", "job", "instance"];

    /// <summary>What is wrong with an expression; nothing where all that it names is there.</summary>
    public IEnumerable<string> FaultsOf(string expression)
    {
        foreach (var (metric, selected) in Expression.Selectors(expression))
        {
            if (metric == "up") continue; // Prometheus' own
            var families = pages.SelectMany(p => p.Families.Values).Where(f => f.Series.Contains(metric)).ToList();
            if (families.Count == 0) yield return $"nobody exports {metric}";
            foreach (var (label, value) in selected.Where(s => !Targets.Contains(s.Label) && families.Count > 0))
            {
                var known = families.SelectMany(f => f.Labels.GetValueOrDefault(label, [])).ToList();
                if (known.Count == 0) yield return $"{metric} has no label {label}";
                else if (!known.Contains(value)) yield return $"{metric} never has {label}=\"{value}\"";
            }
        }
    }
}
