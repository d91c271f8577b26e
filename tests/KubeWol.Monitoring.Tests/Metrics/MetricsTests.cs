using KubeWol.Monitoring.Tests.Bed;
using KubeWol.Protocol;
using KubeWol.TestCluster;

namespace KubeWol.Monitoring.Tests.Metrics;

/// <summary>What real agents and operators serve at /metrics.</summary>
[Collection(Monitored.Name)]
public sealed class MetricsTests(MonitoredBed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_says_what_they_export()
    {
        MonitoredBed.NeedsOwnCluster();
        var path = Repository.File("docs", "metrics.md");
        var text = MetricsDocument.Text(await AgentAsync(), await OperatorAsync());
        if (Repository.IsWritten) await File.WriteAllTextAsync(path, text, Cancel);

        Assert.True(File.Exists(path) && text == await File.ReadAllTextAsync(path, Cancel), $"{path} is not what the programs export: run `make metrics-docs`");
    }

    [Fact]
    public async Task Promtool_finds_no_fault_in_their_pages()
    {
        MonitoredBed.NeedsOwnCluster();
        foreach (var page in (ProgramPage[])[await AgentAsync(), await OperatorAsync()])
        {
            var result = await MonitoringPrograms.PromtoolAsync(["check", "metrics"], page.Text, Cancel);
            Assert.Equal((0, ""), (result.ExitCode, result.Output + result.Error));
        }
    }

    [Fact]
    public async Task Promtool_finds_the_faults_there_could_be()
    {
        var result = await MonitoringPrograms.PromtoolAsync(["check", "metrics"], "# HELP kubewol_frames Frames.\n# TYPE kubewol_frames counter\nkubewol_frames 1\n", Cancel);
        Assert.Equal((3, "kubewol_frames counter metrics should have \"_total\" suffix\n"), (result.ExitCode, result.Output + result.Error));
    }

    [Fact]
    public async Task A_flood_of_frames_that_call_and_come_from_anywhere_makes_no_new_series()
    {
        MonitoredBed.NeedsOwnCluster();
        const int frames = 5_000;
        var agent = bed.Agents["node-a"];
        var before = await AgentAsync();
        var random = new Random(20261123);
        var storm = Enumerable.Range(0, frames).Select(i => (ReadOnlyMemory<byte>)new WolFrameBuilder { Source = Address(random), Transport = i % 2 == 0 ? WolTransport.Ethernet : WolTransport.UdpV4 }
            .Build(MagicPacket.Build(Address(random)))).ToList();
        using (var sender = bed.Network.Sender.Nic.OpenSender()) sender.SendBurst(storm);
        await Eventually.BecomesTrueAsync(
            "most of them are counted", async () => await agent.SumAsync("kubewol_agent_capture_frames_total", Cancel) - Captured(before) > frames / 2, Cancel);

        Assert.Equal(before.Series, (await AgentAsync()).Series);
    }

    /// <summary>Of a machine: no group's.</summary>
    private static MacAddress Address(Random random) => new(((ulong)random.NextInt64() & 0xFEFF_FFFF_FFFF) | 0x0200_0000_0000);

    private static double Captured(ProgramPage page) => page.Text.Split('\n').Where(l => l.StartsWith("kubewol_agent_capture_frames_total{", StringComparison.Ordinal))
        .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));

    private async Task<ProgramPage> AgentAsync() => new(await bed.Agents["node-a"].MetricsPageAsync(Cancel));

    private async Task<ProgramPage> OperatorAsync() => new(await bed.Operators[0].MetricsPageAsync(Cancel));
}
