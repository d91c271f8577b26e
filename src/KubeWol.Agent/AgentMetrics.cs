using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Protocol;
using Prometheus;

namespace KubeWol.Agent;

/// <summary>All figures that only the agent has. Labels are bounded: never an address. Every series exists from the start; those of an interface from when it is listened on.</summary>
internal sealed class AgentMetrics
{
    /// <summary>Interfaces with series of their own. On a node where bridges come and go, those after them share one.</summary>
    public const int MostInterfaces = 64;

    private const string OtherInterfaces = "other";

    private readonly CollectorRegistry _registry;
    private readonly Counter _frames;
    private readonly Counter.Child _accepted;
    private readonly Counter.Child _repeated;
    private readonly Counter.Child _queueFull;
    private readonly Counter.Child _rateLimited;
    private readonly Counter.Child _unknownMac;
    private readonly Counter.Child _noIndex;
    private readonly Counter.Child[] _refused;
    private readonly Counter _requests;
    private readonly Counter _passwords;
    private readonly Counter _retries;
    private readonly Gauge _pending;
    private readonly Gauge _oldestPending;
    private readonly Counter _droppedMessages;
    private readonly Gauge _circuitOpen;
    private readonly Gauge _spoolMessages;
    private readonly Gauge _spoolBytes;
    private readonly Gauge _spoolOnDisk;
    private readonly Counter _takeovers;
    private readonly Gauge _clock;
    private readonly Histogram _latency;
    private readonly Gauge _held;
    private readonly Gauge _addresses;
    private readonly Gauge _indexKnown;
    private readonly Gauge _capturing;
    private readonly Gauge _deaf;
    private readonly Counter _captured;
    private readonly Counter _dropped;
    private readonly Dictionary<string, CaptureCounts> _counts = [];
    private readonly HashSet<string> _named = [];

    public AgentMetrics(CollectorRegistry registry)
    {
        _registry = registry;
        var metrics = Metrics.WithCustomRegistry(registry);
        _frames = metrics.CreateCounter("kubewol_agent_frames_total", "Frames that passed the kernel's filter, and magic packets in them, by what became of them.", ["result"]);
        _accepted = _frames.WithLabels("Accepted");
        _repeated = _frames.WithLabels("Repeated");
        _queueFull = _frames.WithLabels("QueueFull");
        _rateLimited = _frames.WithLabels("RateLimited");
        _unknownMac = _frames.WithLabels("UnknownMac");
        _noIndex = _frames.WithLabels("NoIndex");
        _refused = [.. Enum.GetValues<DropReason>().Select(r => r == DropReason.None ? _accepted : _frames.WithLabels(r.ToString()))];
        _requests = metrics.CreateCounter("kubewol_agent_requests_total",
            "Messages brought to the API server, by outcome: Created, AlreadyThere (another node was first), Replayed (a signed command that was heard before), Refused, Late (brought past its deadline, to be reported and not carried out).", ["result"]);
        foreach (var result in (string[])["Created", "AlreadyThere", "Replayed", "Refused", "Late"]) _requests.WithLabels(result);
        _passwords = metrics.CreateCounter("kubewol_agent_passwords_total",
            "WakeRequests for frames with a SecureOn password, by what became of it: Sealed, NoKey (the operator had published no key to seal it with).", ["result"]);
        foreach (var result in (string[])["Sealed", "NoKey"]) _passwords.WithLabels(result);
        _retries = metrics.CreateCounter("kubewol_agent_request_retries_total", "Attempts to write a WakeRequest that failed and were repeated.");
        _pending = metrics.CreateGauge("kubewol_agent_pending_messages", "Messages that wait until the API server has acknowledged them.");
        _oldestPending = metrics.CreateGauge("kubewol_agent_pending_oldest_seconds", "Time since the oldest message that waits was heard; looked at every few seconds.");
        _droppedMessages = metrics.CreateCounter("kubewol_agent_spool_dropped_total",
            "Messages given up while they waited: Count or Bytes (no room, and past the deadline), Age (too old even to be reported), Corrupt (a damaged file).", ["reason"]);
        foreach (var reason in Enum.GetNames<SpoolDrop>()) _droppedMessages.WithLabels(reason);
        _spoolMessages = metrics.CreateGauge("kubewol_agent_spool_messages", "Messages that wait and are on disk, too.");
        _spoolBytes = metrics.CreateGauge("kubewol_agent_spool_bytes", "What their files take up.");
        _spoolOnDisk = metrics.CreateGauge("kubewol_agent_spool_on_disk", "1 while messages that wait are kept on disk, 0 while there is no disk that can be used: a restart would lose them.");
        _circuitOpen = metrics.CreateGauge("kubewol_agent_api_circuit_open", "1 while the API server is only probed because most requests to it fail, else 0.");
        _takeovers = metrics.CreateCounter("kubewol_agent_takeovers_total", "WakeRequests written because no node whose turn was before had.");
        _clock = metrics.CreateGauge("kubewol_agent_clock_offset_seconds", "By how much the API server's clock is ahead of this node's; 0 unless it is proven to be.");
        _latency = metrics.CreateHistogram("kubewol_agent_request_duration_seconds", "Time from a frame's arrival to the creation of its WakeRequest.",
            new HistogramConfiguration { Buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 10, 60, 300] });
        _held = metrics.CreateGauge("kubewol_agent_held_messages", "Messages for addresses that no machine is known to have, kept for a moment in case one is being created.");
        _addresses = metrics.CreateGauge("kubewol_agent_index_addresses", "MAC addresses of machines that are listened for.");
        _indexKnown = metrics.CreateGauge("kubewol_agent_index_known", "1 once it is known which addresses machines have; 0 before, when --without-index says what is done.");
        _capturing = metrics.CreateGauge("kubewol_agent_interfaces", "Network interfaces being listened on.");
        _deaf = metrics.CreateGauge("kubewol_agent_interfaces_failed", "Network interfaces that are to be listened on, and cannot be.");
        _captured = metrics.CreateCounter("kubewol_agent_capture_frames_total", "Frames that passed the kernel's filter, as counted by libpcap.", ["interface"]);
        _dropped = metrics.CreateCounter("kubewol_agent_capture_dropped_total", "Frames lost before they were looked at, by place: buffer (it was full), interface (driver or hardware).", ["interface", "place"]);
    }

    public void FrameAccepted() => _accepted.Inc();

    public void FrameRepeated() => _repeated.Inc();

    public void FrameRefused(DropReason reason) => _refused[(int)reason].Inc();

    public void RateLimited() => _rateLimited.Inc();

    public void QueueFull() => _queueFull.Inc();

    /// <summary>A message for an address that no machine turned out to have.</summary>
    public void UnknownMac() => _unknownMac.Inc();

    /// <summary>A message that was not taken because it is not known which addresses machines have.</summary>
    public void NoIndex() => _noIndex.Inc();

    public void Holding(int messages) => _held.Set(messages);

    public void Listening(int addresses, bool isKnown)
    {
        _addresses.Set(addresses);
        _indexKnown.Set(isKnown ? 1 : 0);
    }

    public void RequestWritten(TimeSpan sinceCaptured)
    {
        _requests.WithLabels("Created").Inc();
        _latency.Observe(Math.Max(0, sinceCaptured.TotalSeconds));
    }

    public void TookOver() => _takeovers.Inc();

    public void ClockIsOff(TimeSpan by) => _clock.Set(by.TotalSeconds);

    public void RequestWasThere() => _requests.WithLabels("AlreadyThere").Inc();

    public void RequestReplayed() => _requests.WithLabels("Replayed").Inc();

    public void PasswordWritten(bool isSealed) => _passwords.WithLabels(isSealed ? "Sealed" : "NoKey").Inc();

    public void RequestRefused() => _requests.WithLabels("Refused").Inc();

    public void RequestLate() => _requests.WithLabels("Late").Inc();

    /// <summary>So many messages wait, those being sent included.</summary>
    public void Pending(int messages) => _pending.Set(messages);

    /// <summary>The oldest of them was heard so long ago.</summary>
    public void OldestPending(TimeSpan age) => _oldestPending.Set(Math.Max(0, age.TotalSeconds));

    public void Dropped(SpoolDrop reason) => _droppedMessages.WithLabels(reason.ToString()).Inc();

    public void Spooled(int messages, long bytes)
    {
        _spoolMessages.Set(messages);
        _spoolBytes.Set(bytes);
    }

    public void SpoolOnDisk(bool works) => _spoolOnDisk.Set(works ? 1 : 0);

    /// <summary>Whether the API server is only probed.</summary>
    public void CircuitOpen(bool isOpen) => _circuitOpen.Set(isOpen ? 1 : 0);

    public void WriteRetried() => _retries.Inc();

    /// <summary>So many interfaces are listened on, and so many more should be.</summary>
    public void Capturing(int interfaces, int failed)
    {
        _capturing.Set(interfaces);
        _deaf.Set(failed);
    }

    /// <summary>Has libpcap's counters read whenever the metrics are.</summary>
    public void ReadDropsWith(Action report) => _registry.AddBeforeCollectCallback(report);

    /// <summary>Takes over the counters of a capture that goes on.</summary>
    public void Captured(string @interface, CaptureCounts counts)
    {
        var last = _counts.GetValueOrDefault(@interface);
        _counts[@interface] = counts;
        var label = _named.Contains(@interface) || (_named.Count < MostInterfaces && _named.Add(@interface)) ? @interface : OtherInterfaces;
        // libpcap counts in 32 bits; the difference is right across a wrap.
        _captured.WithLabels(label).Inc(unchecked(counts.Received - last.Received));
        _dropped.WithLabels(label, "buffer").Inc(unchecked(counts.Dropped - last.Dropped));
        _dropped.WithLabels(label, "interface").Inc(unchecked(counts.DroppedByInterface - last.DroppedByInterface));
    }

    /// <summary>Takes over the last counters of a capture; the next one on this interface counts from zero.</summary>
    public void CaptureEnded(string @interface, CaptureCounts counts)
    {
        Captured(@interface, counts);
        _counts.Remove(@interface);
    }
}
