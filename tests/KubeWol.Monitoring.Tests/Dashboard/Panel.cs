using System.Text.Json.Nodes;
using KubeWol.TestBed;

namespace KubeWol.Monitoring.Tests.Dashboard;

/// <summary>One panel of the chart's dashboard.</summary>
/// <param name="Type">row, stat or timeseries.</param>
/// <param name="Title">What stands above it.</param>
/// <param name="Unit">Grafana's name of its unit.</param>
/// <param name="Place">Column, line, width and height in Grafana's grid of 24 columns.</param>
/// <param name="Queries">Its expressions with the legends of what they give.</param>
internal sealed record Panel(string Type, string Title, string Unit, (int X, int Y, int Width, int Height) Place, IReadOnlyList<(string Expression, string Legend)> Queries)
{
    /// <summary>All of them, in the file's order.</summary>
    public static IReadOnlyList<Panel> All { get; } = [.. JsonNode.Parse(File.ReadAllText(Path.Combine(RenderedChart.Folder, "files", "dashboard.json")))!["panels"]!.AsArray().Select(p => Of(p!))];

    /// <summary>An expression as Grafana would send it.</summary>
    /// <param name="expression">The expression with Grafana's variables.</param>
    /// <param name="ns">What $namespace is.</param>
    /// <param name="rate">What $__rate_interval is.</param>
    /// <param name="range">What $__range is.</param>
    public static string Fill(string expression, string ns, string rate, string range) => expression
        .Replace("$__rate_interval", rate, StringComparison.Ordinal).Replace("$__range", range, StringComparison.Ordinal).Replace("$namespace", ns, StringComparison.Ordinal);

    private static Panel Of(JsonNode panel)
    {
        var place = panel["gridPos"]!;
        return new(
            (string)panel["type"]!, (string)panel["title"]!, (string?)panel["fieldConfig"]?["defaults"]?["unit"] ?? "none",
            ((int)place["x"]!, (int)place["y"]!, (int)place["w"]!, (int)place["h"]!),
            [.. (panel["targets"]?.AsArray() ?? []).Select(t => ((string)t!["expr"]!, (string)t["legendFormat"]!))]);
    }
}
