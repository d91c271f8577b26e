using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;

namespace KubeWol.Monitoring.Tests.Dashboard;

/// <summary>Draws what the dashboard's queries gave, in the dashboard's own layout, as SVG.</summary>
internal static partial class DashboardPicture
{
    private const int Column = 56;
    private const int Line = 30;
    private const int Gap = 8;
    private static readonly string[] Colours = ["#3274d9", "#e0752d", "#299c46", "#ba43a9", "#d8a200", "#1fa8a0", "#c4162a", "#7c6bd6", "#6b7280", "#9a6324"];

    /// <param name="panels">What is drawn.</param>
    /// <param name="results">What Prometheus gave for each expression.</param>
    /// <param name="from">Where the time axis begins.</param>
    /// <param name="to">Where it ends.</param>
    public static string Draw(IReadOnlyList<Panel> panels, IReadOnlyDictionary<string, IReadOnlyList<JsonNode>> results, DateTimeOffset from, DateTimeOffset to)
    {
        var svg = new StringBuilder();
        var height = panels.Max(p => p.Place.Y + p.Place.Height) * Line;
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {24 * Column} {height}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#1f2933\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#f4f5f5\"/>\n");
        foreach (var panel in panels)
        {
            var box = new Box(panel.Place.X * Column, panel.Place.Y * Line, (panel.Place.Width * Column) - Gap, (panel.Place.Height * Line) - Gap);
            if (panel.Type != "row") svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{box.X}\" y=\"{box.Y}\" width=\"{box.Width}\" height=\"{box.Height}\" fill=\"#fff\" stroke=\"#d8d9da\"/>\n");
            Text(svg, box.X + 8, box.Y + 17, panel.Title, "font-weight=\"600\"");
            var curves = (from query in panel.Queries from series in results[query.Expression] select Curve.Of(series, query.Legend)).Where(c => c.Points.Count > 0).ToList();
            if (panel.Type == "stat") Text(svg, box.X + (box.Width / 2), box.Y + 75, Figure(curves.FirstOrDefault()?.Points[^1].Value, panel.Unit), "font-size=\"30\" text-anchor=\"middle\" fill=\"#299c46\"");
            if (panel.Type == "timeseries") Plot(svg, box, curves, panel.Unit, from.ToUnixTimeSeconds(), to.ToUnixTimeSeconds());
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Plot(StringBuilder svg, Box panel, List<Curve> curves, string unit, double from, double to)
    {
        const int LegendWidth = 7;
        var shown = curves.OrderByDescending(c => c.Points.Max(p => p.Value)).Take(Colours.Length).ToList();
        var lines = new List<List<(Curve Curve, int Colour)>> { new() };
        var used = 0;
        foreach (var (colour, curve) in shown.Index())
        {
            var width = (curve.Name.Length * LegendWidth) + 22;
            if (used + width > panel.Width - 16 && lines[^1].Count > 0)
            {
                lines.Add([]);
                used = 0;
            }

            used += width;
            lines[^1].Add((curve, colour));
        }

        var plot = new Box(panel.X + 52, panel.Y + 28, panel.Width - 62, panel.Height - 28 - 22 - (lines.Count * 15));
        var top = Nice(shown.SelectMany(c => c.Points).Select(p => p.Value).DefaultIfEmpty(1).Max());
        for (var i = 0; i <= 2; i++)
        {
            var y = plot.Y + (plot.Height * i / 2);
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{plot.X} {y}h{plot.Width}\" stroke=\"#e4e7eb\"/>\n");
            Text(svg, plot.X - 5, y + 4, Figure(top * (2 - i) / 2, unit), "font-size=\"10\" text-anchor=\"end\" fill=\"#616e7c\"");
        }

        Text(svg, plot.X, plot.Y + plot.Height + 13, "0 s", "font-size=\"10\" fill=\"#616e7c\"");
        Text(svg, plot.X + plot.Width, plot.Y + plot.Height + 13, Figure(to - from, "s"), "font-size=\"10\" text-anchor=\"end\" fill=\"#616e7c\"");
        foreach (var (colour, curve) in shown.Index())
        {
            var path = new StringBuilder();
            var last = double.NegativeInfinity;
            foreach (var (time, value) in curve.Points)
            {
                // Where there was no value there is no line.
                path.Append(time - last > 1.5 ? 'M' : 'L')
                    .Append(CultureInfo.InvariantCulture, $"{plot.X + ((time - from) / (to - from) * plot.Width):0.#} {plot.Y + plot.Height - (value / top * plot.Height):0.#}");
                last = time;
            }

            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" stroke=\"{Colours[colour]}\" stroke-width=\"1.5\" stroke-linecap=\"round\"/>\n");
        }

        foreach (var (row, line) in lines.Index())
        {
            double x = panel.X + 10;
            var y = panel.Y + panel.Height - 8 - ((lines.Count - 1 - row) * 15);
            foreach (var (curve, colour) in line)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y - 6}\" width=\"10\" height=\"3\" fill=\"{Colours[colour]}\"/>\n");
                Text(svg, x + 14, y, curve.Name, "font-size=\"11\"");
                x += (curve.Name.Length * LegendWidth) + 22;
            }
        }
    }

    private static void Text(StringBuilder svg, double x, double y, string text, string attributes) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" {attributes}>{HttpUtility.HtmlEncode(text)}</text>\n");

    /// <summary>The next of 1, 2 and 5 with zeros.</summary>
    private static double Nice(double highest)
    {
        if (highest <= 0) return 1;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(highest)));
        return unit * ((double[])[1, 2, 5, 10]).First(f => f * unit >= highest * 0.999);
    }

    private static string Figure(double? value, string unit) => value is not { } number ? "–" : string.Create(CultureInfo.InvariantCulture, $"{unit switch
    {
        "bytes" => $"{number / (1 << 20):0} MiB",
        "s" when number is > 0 and < 1 => $"{number * 1000:0.#} ms",
        "s" => $"{number:0.#} s",
        "pps" or "reqps" or "ops" => $"{number:0.###}/s",
        _ => $"{number:0.###}",
    }}");

    private sealed record Box(double X, double Y, double Width, double Height);

    private sealed partial record Curve(string Name, IReadOnlyList<(double Time, double Value)> Points)
    {
        public static Curve Of(JsonNode series, string legend)
        {
            var labels = series["metric"]!.AsObject();
            var points = series["values"]!.AsArray()
                .Select(p => (Time: (double)p![0]!, Value: double.TryParse((string)p[1]!, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)) // "+Inf" is no number to .NET
                .Where(p => double.IsFinite(p.Value));
            return new(Hole().Replace(legend, m => (string?)labels[m.Groups[1].Value] ?? ""), [.. points]);
        }

        [GeneratedRegex(@"\{\{(\w+)\}\}")]
        private static partial Regex Hole();
    }
}
