using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using KubeWol.Api.V1Alpha1;
using KubeWol.Monitoring.Tests.Bed;
using KubeWol.Monitoring.Tests.Metrics;
using KubeWol.Protocol;
using KubeWol.TestCluster;

namespace KubeWol.Monitoring.Tests.Dashboard;

/// <summary>The dashboard's queries, asked of a real Prometheus that has watched real frames become machines.</summary>
[Collection(Monitored.Name)]
public sealed class DashboardTests(MonitoredBed bed)
{
    private const string Rate = "15s";
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Expressions => Panel.All.SelectMany(p => p.Queries).Select(q => q.Expression);

    [Fact]
    public async Task Every_query_parses()
    {
        using var state = new StateDirectory();
        var rules = new JsonObject
        {
            ["groups"] = new JsonArray(new JsonObject
            {
                ["name"] = "dashboard",
                ["rules"] = new JsonArray([.. Expressions.Select((e, i) => new JsonObject { ["record"] = $"query:{i}", ["expr"] = Panel.Fill(e, ".*", "5m", "1h") })]),
            }),
        };
        var result = await MonitoringPrograms.PromtoolAsync(["check", "rules", state.Write("queries.yaml", rules.ToJsonString())], null, Cancel);
        Assert.True(result.Succeeded, result.Output + result.Error);
    }

    [Fact]
    public async Task Every_query_names_what_the_programs_really_export()
    {
        MonitoredBed.NeedsOwnCluster();
        var pages = await Task.WhenAll(bed.Agents.Values.Concat(bed.Operators).Select(p => p.MetricsPageAsync(Cancel)));
        var vocabulary = new Vocabulary([.. pages.Select(p => new ProgramPage(p))]);
        Assert.All(Expressions, expression => Assert.Empty(vocabulary.FaultsOf(expression)));
    }

    [Fact]
    public void Panels_do_not_lie_on_each_other_and_each_says_what_it_shows()
    {
        foreach (var panel in Panel.All)
        {
            Assert.InRange(panel.Place.X + panel.Place.Width, 1, 24);
            Assert.DoesNotContain(Panel.All, other => other != panel && Overlap(panel.Place, other.Place));
            Assert.True(panel.Type == "row" || panel.Queries.Count > 0, panel.Title);
        }
    }

    [Fact]
    public async Task Every_query_gives_data_after_frames_were_sent()
    {
        MonitoredBed.NeedsOwnCluster();
        var began = TimeProvider.System.GetUtcNow();
        await PlayAsync(Repository.IsWritten ? 30 : 4);
        // Rates are there once two scrapes have seen what happened.
        var results = new Dictionary<string, IReadOnlyList<JsonNode>>();
        foreach (var expression in Expressions)
        {
            await Eventually.BecomesTrueAsync($"data for {expression}", TimeSpan.FromSeconds(60), async () =>
            {
                results[expression] = await AskAsync(expression, began);
                if (results[expression].Any(r => r["values"]!.AsArray().Any(v => double.TryParse((string)v![1]!, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)))) return true;
                await PlayAsync(2); // a rate takes a counter that grows from one scrape to another, and what was counted before the first scrape does not
                return false;
            }, Cancel);
        }

        var ended = TimeProvider.System.GetUtcNow();
        foreach (var expression in Expressions) results[expression] = await AskAsync(expression, began); // all of the same time
        var picture = DashboardPicture.Draw(Panel.All, results, began, ended);
        Assert.Equal("svg", XDocument.Parse(picture).Root!.Name.LocalName);
        Assert.All(Panel.All, panel => Assert.Contains($">{System.Web.HttpUtility.HtmlEncode(panel.Title)}<", picture, StringComparison.Ordinal));
        if (!Repository.IsWritten) return;
        Directory.CreateDirectory(Repository.File("docs", "images"));
        await File.WriteAllTextAsync(Repository.File("docs", "images", "dashboard.svg"), picture, Cancel);
    }

    /// <summary>Packets of every kind: wakes, repetitions, strangers, noise, and commands that nobody may give.</summary>
    private async Task PlayAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var machine = await bed.CreateMachineAsync($"shown-{Guid.NewGuid().ToString("N")[..8]}");
            await bed.WakeAsync(machine);
            var mac = MacAddress.Parse(machine.Mac!);
            for (var i = 0; i <= round % 3; i++) bed.Send(new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(MagicPacket.Build(mac)));
            if (round % 4 == 1)
            {
                bed.SendForged(machine);
                await Eventually.BecomesTrueAsync("the forged command is refused", async () => (await bed.Cluster.RequestsAsync(Cancel))
                    .Any(r => r.Spec.Target.MacAddress == machine.Mac && r.Status?.Reason == WakeReason.BadSignature), Cancel);
            }

            if (round % 5 == 2) bed.Send(new WolFrameBuilder { Transport = WolTransport.UdpV6 }.Build(MagicPacket.Build(new(0x0200_0000_0000 + (ulong)round))));
            if (round % 3 == 0) bed.Send(new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build([1, 2, 3]));
        }
    }

    private Task<IReadOnlyList<JsonNode>> AskAsync(string expression, DateTimeOffset began)
    {
        var now = TimeProvider.System.GetUtcNow();
        var range = $"{Math.Max(5, (int)(now - began).TotalSeconds)}s";
        return bed.Prometheus.QueryAsync(Panel.Fill(expression, "kubewol-system", Rate, range), began, now, Step, Cancel);
    }

    private static bool Overlap((int X, int Y, int Width, int Height) a, (int X, int Y, int Width, int Height) b) =>
        a.X < b.X + b.Width && b.X < a.X + a.Width && a.Y < b.Y + b.Height && b.Y < a.Y + a.Height;
}
