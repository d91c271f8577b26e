using System.Diagnostics;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster.Network;

namespace KubeWol.Bench.Capture;

/// <summary>What capturing costs, and whether it loses anything.</summary>
internal sealed class CaptureSection : ISection
{
    /// <summary>Unrelated frames between two magic packets.</summary>
    private const int Between = 2_048;

    /// <summary>A magic packet in each so many rounds is twenty a second, more than any LAN has; one in each is for finding out whether any is lost.</summary>
    private const int Sparse = 10;

    /// <summary>The agent takes none of them: what is measured is the way from the kernel to a verdict, and not the API server.</summary>
    private static readonly string[] Deaf = ["--interface", "eth0", "--total-burst", "1", "--total-rate", "1"];

    /// <summary>Until what belongs to the agent's start is over: the clock is known after twenty questions, memory is given back after five seconds.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(8);

    public string Name => "capture";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await using var stage = await Stage.StartAsync(run, cancellationToken);
        using var sender = stage.Network.Sender.Nic.OpenSender();
        var rounds = run.Size(3_000, 400);
        var unrelated = Unrelated();
        var before = Flood(stage, unrelated, rounds / 2);

        var (perFrame, heard) = (0.0, 0.0);
        await using (var agent = await stage.Installation.StartAgentAsync(stage.Node, Deaf, waitUntilReady: true, cancellationToken))
        {
            await CountedAsync(agent, await CountAsync(agent, cancellationToken) + Send(sender, Packets(10)), cancellationToken); // the first ones are slow
            await Task.Delay(Settling, cancellationToken);
            var (cpu, usage, watch) = (CpuTime.Nanoseconds(agent.Id), agent.Usage, Stopwatch.StartNew());
            Flood(stage, unrelated, rounds / 2, every: Sparse);
            run.Results.Add("capture_agent_cpu_percent", (CpuTime.Nanoseconds(agent.Id) - cpu) / watch.Elapsed.TotalNanoseconds * 100);
            run.Results.Add("capture_agent_user_cpu_percent", (agent.Usage.UserTime - usage.UserTime) / watch.Elapsed * 100);

            (var counted, usage, watch) = (await CountAsync(agent, cancellationToken), agent.Usage, Stopwatch.StartNew());
            var flood = Flood(stage, unrelated, rounds);
            run.Results.Add("capture_dense_user_cpu_percent", (agent.Usage.UserTime - usage.UserTime) / watch.Elapsed * 100);
            heard = flood.Nanoseconds;
            run.Results.Add("capture_rate_kpps", flood.Rate / 1_000);
            run.Results.Add("capture_wol_sent", rounds);
            run.Results.Add("capture_wol_lost", rounds - (await CountedAsync(agent, counted + rounds, cancellationToken) - counted));

            counted = await CountAsync(agent, cancellationToken);
            var burst = Send(sender, Packets(5_000));
            run.Results.Add("capture_burst_5000_lost", burst - (await CountedAsync(agent, counted + burst, cancellationToken) - counted));

            cpu = CpuTime.Nanoseconds(agent.Id);
            counted = await CountAsync(agent, cancellationToken);
            var sent = await StreamAsync(sender, run.Size(40, 10), cancellationToken);
            perFrame = (CpuTime.Nanoseconds(agent.Id) - cpu) / sent;
            await CountedAsync(agent, counted + sent, cancellationToken);
            run.Results.Add("capture_ns_per_wol_frame", perFrame);
        }

        // On both sides of the agent: what the machine does besides then weighs on both alike.
        var after = Flood(stage, unrelated, rounds / 2);
        run.Results.Add("capture_rate_without_agent_kpps", (before.Rate + after.Rate) / 2 / 1_000);
        run.Results.Add("capture_filter_ns", heard - (before.Nanoseconds + after.Nanoseconds) / 2);

        await using var yardstick = await Yardstick.StartAsync(stage.Node.Namespace, "eth0", 2 << 20, run.Folder, cancellationToken);
        Send(sender, Packets(10));
        var idle = CpuTime.Nanoseconds(yardstick.Id);
        var frames = await StreamAsync(sender, run.Size(40, 10), cancellationToken);
        var bare = (CpuTime.Nanoseconds(yardstick.Id) - idle) / frames;
        run.Results.Add("capture_libpcap_ns_per_wol_frame", bare);
        run.Results.Add("capture_cpu_ratio_to_libpcap", perFrame / bare);
    }

    /// <summary>UDP of all sizes to all kinds of ports of machines behind the node, as its NIC sees most of its traffic.</summary>
    private static ReadOnlyMemory<byte>[] Unrelated() =>
    [
        .. Enumerable.Range(0, Between).Select(i => (ReadOnlyMemory<byte>)new WolFrameBuilder
        {
            Transport = WolTransport.UdpV4, Destination = new(0x02_42_00_00_00_00ul + (uint)i), DestinationIp = IpAddress.Parse("10.99.0.1"), DestinationPort = (ushort)(1_024 + i),
        }.Build(new byte[i % 16 * 80])),
    ];

    private static ReadOnlyMemory<byte>[] Packets(int count) => [.. Target.Make(count).Select(t => (ReadOnlyMemory<byte>)t.Frame)];

    /// <summary>Sends as fast as it goes, from every processor, with a magic packet in each round or in some; tells frames a second, and what each cost this process.</summary>
    private static (double Rate, double Nanoseconds) Flood(Stage stage, ReadOnlyMemory<byte>[] unrelated, int rounds, int every = 1)
    {
        var shares = Packets(rounds).Chunk(rounds / Environment.ProcessorCount + 1).ToList();
        var (cpu, watch) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var threads = shares.ConvertAll(packets => new Thread(() =>
        {
            using var sender = stage.Network.Sender.Nic.OpenSender();
            ReadOnlyMemory<byte>[] round = [.. unrelated, default];
            foreach (var (i, packet) in packets.Index())
            {
                round[^1] = packet;
                sender.SendBurst(i % every == 0 ? round : unrelated);
            }
        }));
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        var frames = rounds * (unrelated.Length + 1.0 / every);
        return (frames / watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / frames);
    }

    private static int Send(FrameSender sender, ReadOnlyMemory<byte>[] frames)
    {
        sender.SendBurst(frames);
        return frames.Length;
    }

    /// <summary>Magic packets in bursts of a thousand, a tenth of a second apart; returns how many when the last had its time.</summary>
    private static async Task<int> StreamAsync(FrameSender sender, int bursts, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var sent = 0;
        for (var i = 0; i < bursts; i++)
        {
            sent += Send(sender, Packets(1_000));
            await pace.WaitForNextTickAsync(cancellationToken);
        }

        return sent;
    }

    /// <summary>Waits until so many were counted, or no more come.</summary>
    private static async Task<int> CountedAsync(RunningProgram agent, int expected, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        var (last, counted) = (-1, 0);
        while (counted < expected && counted != last)
        {
            await pace.WaitForNextTickAsync(cancellationToken);
            (last, counted) = (counted, await CountAsync(agent, cancellationToken));
        }

        return counted;
    }

    /// <summary>Frames and packets with a verdict, whatever it was.</summary>
    private static async Task<int> CountAsync(RunningProgram agent, CancellationToken cancellationToken) => (int)(await agent.SumAsync("kubewol_agent_frames_total{", cancellationToken));
}
