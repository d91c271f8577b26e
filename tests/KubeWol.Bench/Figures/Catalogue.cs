namespace KubeWol.Bench.Figures;

/// <summary>Everything that is measured, in the order it is shown.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<(string Title, IReadOnlyList<Figure> Figures)> Groups { get; } =
    [
        ("Reading frames", [
            new("parse_plain_ns", "ns for a plain magic packet (EtherType 0x0842), fastest round", AtMost: 50),
            new("parse_plain_median_ns", "the same, median of the rounds"),
            new("parse_plain_bytes", "bytes allocated for it", AtMost: 0),
            new("parse_frames_per_second", "frames a second and core", AtLeast: 20_000_000),
            .. Micro.ParseBenchmarks.Formats.Where(f => f != "plain").SelectMany(f => (Figure[])[
                new($"parse_{f}_ns", $"ns: {f.Replace('_', ' ')}"),
                new($"parse_{f}_bytes", $"bytes allocated: {f.Replace('_', ' ')}", AtMost: 0)]),
            new("scan_gib_per_second", "GiB a second of payload scanned for a packet anywhere"),
            new("scan_indexof_gib_per_second", "the same with Span.IndexOf alone"),
            new("scan_memory_gib_per_second", "the same memory, only read"),
            new("scan_ratio_to_memory", "times slower than reading memory", AtMost: 2),
            new("scan_ratio_to_indexof", "times slower than Span.IndexOf"),
        ]),
        ("Capturing on a veth, generator and agent on the same cores", [
            new("capture_rate_kpps", "thousand unrelated frames a second, as fast as the generator goes", AtLeast: 300),
            new("capture_rate_without_agent_kpps", "the same without an agent"),
            new("capture_filter_ns", "ns of CPU an unrelated frame costs the kernel because of the agent"),
            new("capture_wol_sent", "magic packets among them"),
            new("capture_wol_lost", "of those lost", AtMost: 0),
            new("capture_agent_cpu_percent", "% of a core the agent uses, user and system, with a tenth as many magic packets"),
            new("capture_agent_user_cpu_percent", "% of a core the agent uses, user, with a tenth as many magic packets", AtMost: 1),
            new("capture_dense_user_cpu_percent", "% of a core, user, with all of them"),
            new("capture_burst_5000_lost", "of 5,000 magic packets back to back, lost", AtMost: 0),
            new("capture_ns_per_wol_frame", "ns of CPU for a magic packet, from kernel to verdict"),
            new("capture_libpcap_ns_per_wol_frame", "the same in a bare C reader on libpcap"),
            new("capture_cpu_ratio_to_libpcap", "times the CPU of the C reader"),
        ]),
        ("One wake after the other", [
            new("latency_wakes", "machines woken"),
            new("latency_request_p50_ms", "ms from frame to WakeRequest, p50"), new("latency_request_p90_ms", "p90"), new("latency_request_p99_ms", "p99"),
            new("latency_start_p50_ms", "ms from frame to the API server being asked to start, p50"), new("latency_start_p90_ms", "p90"), new("latency_start_p99_ms", "the same, p99"),
            new("latency_running_p50_ms", "ms from frame to Running (the guest boots in no time), p50"), new("latency_running_p90_ms", "p90"), new("latency_running_p99_ms", "p99"),
            new("floor_start_p50_ms", "the floor, a bare client's POST and PUT: ms to the start, p50"), new("floor_start_p90_ms", "p90"), new("floor_start_p99_ms", "the floor, p99"),
            new("latency_start_p50_ratio", "times the floor, p50", AtMost: 1.1), new("latency_start_p99_ratio", "times the floor, p99", AtMost: 2),
        ]),
        ("A thousand machines in one second", [
            new("burst_1000_woken", "woken", AtLeast: 1_000),
            new("burst_1000_twice", "started more than once", AtMost: 0),
            new("burst_1000_seconds", "seconds from the first frame to the last machine's Running"),
            new("burst_1000_start_seconds", "seconds from the first frame to the last start"),
            new("burst_1000_api_calls_per_wake", "API calls of agent and operator for each, until the last is finished (Events follow)"),
            new("burst_1000_rate_ratio", "of the floor's rate, to the last start", AtLeast: 0.7),
            new("burst_1000_running_rate_ratio", "of the floor's rate, to the last machine's Running"),
        ]),
        ("Scale", [
            .. ScaleSizes.SelectMany(size => (Figure[])[
                new($"operator_rss_mib_{size}", $"MiB: operator with {size} machines", size == "100k" ? 250 : null),
                new($"operator_ready_seconds_{size}", $"s from its start to ready, {size}"),
                new($"index_bytes_{size}", $"bytes of index, {size}"),
                new($"agent_rss_mib_{size}", $"MiB: agent with three NICs, {size}", size == "100k" ? 30 : null),
                new($"change_operator_ms_{size}", $"ms of operator CPU for one machine's change, {size}")]),
            new("operator_first_wake_seconds_20k", "s from the operator's start to its first wake, 20k machines", AtMost: 5),
        ]),
        ("One broadcast, many nodes", [
            .. BroadcastSizes.SelectMany(size => (Figure[])[
                new($"broadcast_writes_{size}_agents", $"writes a broadcast, {size} agents hear it", size == 100 ? 1.1 : null),
                new($"broadcast_reads_{size}_agents", $"reads a broadcast, {size}"),
                new($"broadcast_seconds_{size}_agents", $"s until all have dealt with it, {size}")]),
        ]),
        ("Starting, and what is shipped", [
            new("agent_capturing_ms", "ms from exec to the first frame heard, median", AtMost: 100),
            new("agent_rss_start_mib", "MiB: agent without a cluster, one NIC"),
            new("agent_binary_mib", "MiB: the agent's binary"),
            new("operator_binary_mib", "MiB: the operator's binary"),
            new("agent_image_mib", "MiB: all files of the agent's image"),
            new("operator_image_mib", "MiB: all files of the operator's image"),
        ]),
    ];

    private static readonly HashSet<string> Keys = [.. Groups.SelectMany(g => g.Figures).Select(f => f.Key)];

    /// <summary>What a README has room for.</summary>
    public static IReadOnlySet<string> Headlines { get; } = new HashSet<string>
    {
        "parse_plain_ns", "parse_plain_bytes", "parse_frames_per_second", "scan_gib_per_second", "scan_ratio_to_memory",
        "capture_rate_kpps", "capture_wol_sent", "capture_wol_lost", "capture_agent_user_cpu_percent", "capture_dense_user_cpu_percent", "capture_burst_5000_lost", "capture_cpu_ratio_to_libpcap",
        "latency_request_p50_ms", "latency_start_p50_ms", "latency_start_p99_ms", "latency_running_p50_ms", "floor_start_p50_ms", "floor_start_p99_ms", "latency_start_p50_ratio", "latency_start_p99_ratio",
        "burst_1000_woken", "burst_1000_twice", "burst_1000_seconds", "burst_1000_api_calls_per_wake", "burst_1000_rate_ratio", "burst_1000_running_rate_ratio",
        "operator_rss_mib_1k", "operator_rss_mib_10k", "operator_rss_mib_100k", "operator_first_wake_seconds_20k", "agent_rss_mib_100k", "index_bytes_100k",
        "broadcast_writes_100_agents", "broadcast_writes_1000_agents", "agent_capturing_ms", "agent_binary_mib", "operator_binary_mib", "agent_image_mib", "operator_image_mib",
    };

    public static IReadOnlyList<string> ScaleSizes => ["1k", "10k", "100k"];

    public static IReadOnlyList<int> BroadcastSizes => [1, 10, 100, 1_000];

    public static bool Knows(string key) => Keys.Contains(key);
}
