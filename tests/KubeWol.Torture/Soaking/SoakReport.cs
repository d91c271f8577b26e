using System.Globalization;
using System.Text;
using KubeWol.Torture.Planning;

namespace KubeWol.Torture.Soaking;

/// <summary>What is printed at the end of a soak.</summary>
internal sealed record SoakReport
{
    /// <summary>This share of the samples, at the beginning, is not looked at: code is compiled, pools and heaps find their size.</summary>
    private const double WarmUp = 0.4;

    private const int FewestSamples = 5;

    public required Plan Plan { get; init; }

    /// <summary>Each program with what it used, in order.</summary>
    public required IReadOnlyList<(string Name, IReadOnlyList<Sample> Samples)> Programs { get; init; }

    public required int Requests { get; init; }

    /// <summary>Requests that were still on their way when the last frame was sent.</summary>
    public required int Unfinished { get; init; }

    /// <summary>Finished requests that were deleted before their time.</summary>
    public required int Deleted { get; init; }

    /// <summary>All figures of all programs, and how they grew.</summary>
    public IReadOnlyList<(string Program, string Figure, double First, Trend Trend, bool HasGrown)> Figures => [.. Programs.SelectMany(p => Judge(p.Name, p.Samples))];

    public bool IsClean => Figures.All(f => !f.HasGrown);

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"## Soak: {Plan.Length.TotalSeconds:0} s, seed {Plan.Seed}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Plan.Messages.Count} messages, {Requests} requests, {Unfinished} of them still on their way at the end; growth is that of the last {1 - WarmUp:P0}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"program",-16} {"figure",-10} {"at first",9} {"median",9} {"growth",9} {"bound",9}");
        foreach (var (program, figure, first, trend, hasGrown) in Figures)
            text.AppendLine(CultureInfo.InvariantCulture, $"{program,-16} {figure,-10} {first,9:0.0} {trend.Median,9:0.0} {trend.Growth,9:+0.0;-0.0;0.0} {Bounds.Of(figure, trend),9:0.0}{(hasGrown ? "  GROWN" : "")}");
        return text.ToString();
    }

    private static IEnumerable<(string Program, string Figure, double First, Trend Trend, bool HasGrown)> Judge(string program, IReadOnlyList<Sample> samples)
    {
        var steady = samples.Skip((int)(samples.Count * WarmUp)).ToList();
        if (steady.Count < FewestSamples) yield break; // one that did not live long enough to say anything
        foreach (var figure in samples[0].Values.Keys)
        {
            var trend = Trend.Of([.. steady.Select(s => (s.At, s.Values.GetValueOrDefault(figure)))]);
            yield return (program, figure, samples[0].Values[figure], trend, trend.Growth > Bounds.Of(figure, trend));
        }
    }
}
