using System.Diagnostics;
using System.Text.RegularExpressions;
using KubeWol.Bench.Figures;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Bench.StartUp;

/// <summary>How soon an agent hears, and how large everything is.</summary>
internal sealed partial class StartUpSection : ISection
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public string Name => "startup";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        run.Results.Add("agent_binary_mib", Mebibytes(new FileInfo(Programs.Agent).Length));
        run.Results.Add("operator_binary_mib", Mebibytes(new FileInfo(Programs.Operator).Length));
        run.Results.Add("agent_image_mib", await ImageAsync(run, "agent", Programs.Agent, ["libpcap.so.0.8"], cancellationToken));
        run.Results.Add("operator_image_mib", await ImageAsync(run, "operator", Programs.Operator, [], cancellationToken));

        await using var network = await NodeNetwork.CreateAsync(["node-a"], cancellationToken);
        var kubeconfig = Path.Combine(run.Folder, "nobody.kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, """
            {apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}],
             users: [{name: u, user: {token: x}}], clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]}
            """, cancellationToken);
        var spec = new ProcessSpec(Programs.Agent, "--kubeconfig", kubeconfig, "--namespace", "x", "--node-name", "node-a", "--interface", "eth0", "--listen", "127.0.0.1:9842", "--log-level", "Debug", "--log-format", "text");
        var (times, memory) = (new List<double>(), new List<double>());
        for (var i = 0; i < run.Size(11, 5); i++)
        {
            var (time, bytes) = await StartAsync(network, spec, Path.Combine(run.Folder, "start-up.log"), cancellationToken);
            times.Add(time);
            memory.Add(Mebibytes(bytes));
        }

        run.Results.Add("agent_capturing_ms", Percentile.Of(times, 50));
        run.Results.Add("agent_rss_start_mib", Percentile.Of(memory, 50));
    }

    /// <summary>A frame each millisecond, each for an address that tells when it was sent; the first one that the agent has heard is the measure.</summary>
    private static async Task<(double Milliseconds, long Resident)> StartAsync(NodeNetwork network, ProcessSpec spec, string log, CancellationToken cancellationToken)
    {
        using var sender = network.Sender.Nic.OpenSender();
        using var done = new CancellationTokenSource();
        var watch = Stopwatch.StartNew();
        var process = network.Node("node-a").Namespace.Start(spec, log); // with two other programs' exec before its own: an upper bound
        await using (process)
        {
            var times = new List<double>();
            var sending = new Thread(() =>
            {
                while (!done.IsCancellationRequested)
                {
                    var target = Target.Make(1)[0];
                    lock (times) times.Add(watch.Elapsed.TotalMilliseconds);
                    sender.Send(new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(MagicPacket.Build(new MacAddress((ulong)(0x02_00_00_00_00_00 + times.Count - 1)))));
                    Thread.Sleep(1);
                }
            });
            sending.Start();
            try
            {
                var line = await process.WaitForLineAsync(l => Heard().IsMatch(l), Limit, cancellationToken);
                var number = Convert.ToInt32(Heard().Match(line).Groups[1].Value.Replace(":", "", StringComparison.Ordinal), 16);
                lock (times) return (times[number], process.Usage.ResidentBytes);
            }
            finally
            {
                await done.CancelAsync();
                sending.Join();
            }
        }
    }

    /// <summary>The files of an image, made as its Dockerfile makes it, of this machine's libraries.</summary>
    private static async Task<double> ImageAsync(Run run, string name, string program, string[] opened, CancellationToken cancellationToken)
    {
        var root = Directory.CreateDirectory(Path.Combine(run.Folder, $"{name}-image"));
        _ = (await Command.RunAsync(new ProcessSpec("eng/image-root.sh", [root.FullName, program, .. opened]), cancellationToken)).Checked;
        var size = root.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(f => f.Length);
        root.Delete(recursive: true);
        return Mebibytes(size);
    }

    private static double Mebibytes(long bytes) => bytes / (double)(1 << 20);

    [GeneratedRegex("Magic packet for 02:00:(..:..:..:..) ")]
    private static partial Regex Heard();
}
