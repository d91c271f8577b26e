using System.Diagnostics;
using System.Globalization;
using System.Text;
using KubeWol.Api.Index;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;

namespace KubeWol.EndToEnd.Floods;

/// <summary>A cluster and a LAN of their own, to be flooded; and the figures, which go into floods.md beside the tests.</summary>
public sealed class FloodBed : IAsyncLifetime
{
    private readonly List<string> _rows = [];

    public Cluster Cluster { get; private set; } = null!;

    public NodeNetwork Network { get; private set; } = null!;

    public Installation Installation { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }) return; // nobody floods a cluster that was given to him
        string[] nodes = ["node-a"];
        Cluster = await Cluster.StartAsync(nodes, new StandInDelays(), Cancel);
        Network = await NodeNetwork.CreateAsync(nodes, Cancel);
        Installation = await Installation.CreateAsync(Cluster, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_rows.Count > 0)
        {
            string[] head = ["Floods: one agent, real frames", "", "| flood | frames | seconds | taken | at most | refused | lost on the way | requests | MiB before | MiB at the most | CPU s |", "|---|---|---|---|---|---|---|---|---|---|---|"];
            await File.WriteAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "floods.md"), head.Concat(_rows));
        }

        foreach (var part in (IAsyncDisposable?[])[Installation, Network, Cluster])
        {
            if (part is not null) await part.DisposeAsync();
        }
    }

    /// <summary>Runs an agent under a flood until everything it took is written, and checks what holds for every flood.</summary>
    /// <param name="name">What it is called in the figures.</param>
    /// <param name="options">The agent's limits.</param>
    /// <param name="burst">What is taken at once, of all senders of this flood.</param>
    /// <param name="perSecond">What is taken besides, in the long run.</param>
    /// <param name="frames">The frames, in their order.</param>
    /// <param name="known">A machine's address, where the agent is told of machines; null where it is told of none and so takes all.</param>
    /// <param name="meanwhile">What else happens: until it is done the frames are sent again and again.</param>
    public async Task FloodAsync(
        string name, string[] options, int burst, int perSecond, IReadOnlyList<ReadOnlyMemory<byte>> frames, MacAddress? known = null, Func<RunningProgram, Task>? meanwhile = null)
    {
        // What an operator has told for another flood.
        if (known is null) await Cluster.Kubectl.OutputAsync(["delete", "configmap", "--ignore-not-found", "-n", Installation.Namespace, "kubewol-agents", .. AddressShards.Names], Cancel);
        var requests = await RequestsMadeAsync();
        await using var agent = await Installation.StartAgentAsync(Network.Node("node-a"), ["--interface", "eth0", .. options], waitUntilReady: true, Cancel);
        if (known is not null) await Eventually.BecomesTrueAsync("the agent is told of machines", async () => await agent.MetricAsync("kubewol_agent_index_known", Cancel) == 1, Cancel);
        await WarmUpAsync(agent, known ?? Bed.NextAddress());
        var (usage, warm) = (agent.Usage, await CountsAsync(agent));
        var watch = Stopwatch.StartNew();
        var sent = await SendAsync(frames, meanwhile?.Invoke(agent) ?? Task.CompletedTask);
        var (counts, last) = (default(Counts), default(Counts));
        using var now = new PeriodicTimer(TimeSpan.FromMilliseconds(200)); // a page of metrics is work for the agent, too
        await Eventually.BecomesTrueAsync("every frame is counted and every message is written", TimeSpan.FromSeconds(60), async () =>
        {
            await now.WaitForNextTickAsync(Cancel);
            (last, counts) = (counts, await CountsAsync(agent) - warm);
            return counts.Counted >= counts.Arrived && counts.Written >= counts.Taken && counts == last;
        }, Cancel);
        watch.Stop();
        var after = agent.Usage;
        var most = burst + (int)Math.Ceiling(watch.Elapsed.TotalSeconds * perSecond);
        _rows.Add(string.Create(CultureInfo.InvariantCulture, $"| {name} | {sent} | {watch.Elapsed.TotalSeconds:0.0} | {counts.Taken} | {most} | {counts.Refused} | {Math.Max(0, sent - counts.Counted)} | {counts.Created} | {Mebibytes(usage.ResidentBytes)} | {Mebibytes(after.PeakResidentBytes)} | {(after.UserTime + after.SystemTime - usage.UserTime - usage.SystemTime).TotalSeconds:0.0} |"));
        TestContext.Current.TestOutputHelper?.WriteLine(_rows[^1]);

        Assert.InRange(counts.Taken, burst, most);
        Assert.InRange(counts.Refused, frames.Count / 4, sent);
        Assert.Equal(0, counts.QueueFull);
        Assert.Equal(counts.Created + 1, await RequestsMadeAsync() - requests); // and the one of the warm-up
        // The kernel counts pages in batches for each core: who does not grow may have a peak some pages below what was read before.
        Assert.InRange(after.PeakResidentBytes - usage.ResidentBytes, -1L << 20, 64L << 20);
        Assert.InRange(after.PeakResidentBytes, 16L << 20, 192L << 20); // at the most the chart's limit; below the least it is not the agent that was measured
        Assert.Equal(counts.Limited > 0 ? 1 : 0, agent.Process.Lines.Count(l => l.Contains("too many messages", StringComparison.Ordinal)));
    }

    /// <summary>How many requests the API server has ever taken, by its own count: of the refused ones most do not stay.</summary>
    private async Task<int> RequestsMadeAsync() =>
        Encoding.UTF8.GetString(await Cluster.Client.SendAsync(HttpMethod.Get, "/metrics", null, null, Cancel)).Split('\n')
            .Where(l => l.StartsWith("apiserver_request_total{code=\"201\"", StringComparison.Ordinal) && l.Contains("resource=\"wakerequests\"", StringComparison.Ordinal) && l.Contains("verb=\"POST\"", StringComparison.Ordinal))
            .Sum(l => (int)double.Parse(l[l.LastIndexOf(' ')..], CultureInfo.InvariantCulture));

    private static int Mebibytes(long bytes) => (int)(bytes >> 20);

    /// <summary>What an agent needs for its first message it needs anyway, flood or not.</summary>
    private async Task WarmUpAsync(RunningProgram agent, MacAddress target)
    {
        using var sender = Network.Sender.Nic.OpenSender();
        sender.Send(new WolFrameBuilder { Source = new(0x02_00_00_00_00_99) }.Build(MagicPacket.Build(target)));
        await Eventually.BecomesTrueAsync("the first message is written", async () => (await CountsAsync(agent)).Written == 1, Cancel);
    }

    /// <summary>Twenty thousand a second, more than a 10 Mbit/s link can carry; at full speed the kernel would do the agent's work and drop them.</summary>
    private async Task<int> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> frames, Task meanwhile)
    {
        const int chunk = 100;
        using var sender = Network.Sender.Nic.OpenSender();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var sent = 0;
        for (; sent < frames.Count || !meanwhile.IsCompleted; sent += chunk)
        {
            sender.SendBurst([.. frames.Skip(sent % frames.Count).Take(chunk)]);
            await pace.WaitForNextTickAsync(Cancel);
        }

        await meanwhile;
        return sent;
    }

    private static async Task<Counts> CountsAsync(RunningProgram agent)
    {
        var figure = await agent.MetricsAsync(Cancel);
        return new(
            Read("frames_total{result=\"Accepted\"}"), Read("frames_total{result=\"RateLimited\"}"), Read("frames_total{result=\"UnknownMac\"}"), Read("frames_total{result=\"QueueFull\"}"), Read("frames_total{result=\"Repeated\"}"),
            Read("capture_frames_total{interface=\"eth0\"}") - Read("capture_dropped_total{interface=\"eth0\",place=\"buffer\"}"),
            Read("requests_total{result=\"Created\"}"), Read("requests_total{result=\"AlreadyThere\"}"));

        int Read(string series) => (int)figure($"kubewol_agent_{series}");
    }

    /// <param name="Taken">Messages that were queued.</param>
    /// <param name="Limited">Messages that were too many.</param>
    /// <param name="Unknown">Messages for addresses that no machine has.</param>
    /// <param name="QueueFull">Messages that found the queue full.</param>
    /// <param name="Repeated">Messages that were repetitions.</param>
    /// <param name="Arrived">Frames that the kernel handed over.</param>
    /// <param name="Created">Requests written.</param>
    /// <param name="AlreadyThere">Messages whose request was there.</param>
    private readonly record struct Counts(int Taken, int Limited, int Unknown, int QueueFull, int Repeated, int Arrived, int Created, int AlreadyThere)
    {
        public int Refused => Limited + Unknown;

        public int Counted => Taken + Refused + QueueFull + Repeated;

        public int Written => Created + AlreadyThere;

        public static Counts operator -(Counts a, Counts b) => new(
            a.Taken - b.Taken, a.Limited - b.Limited, a.Unknown - b.Unknown, a.QueueFull - b.QueueFull, a.Repeated - b.Repeated, a.Arrived - b.Arrived, a.Created - b.Created, a.AlreadyThere - b.AlreadyThere);
    }
}
