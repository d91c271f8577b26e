using System.Net;
using System.Text.Json;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Index;
using KubeWol.ControllerRuntime.Hosting;
using KubeWol.Protocol;

namespace KubeWol.Agent.Intake;

/// <summary>
/// The last magic packets that were heard, well formed or not, and what became of each. For whoever looks for a frame; never with a password.
/// Room for them is there from the start: a storm of frames costs no more than a few.
/// </summary>
internal sealed class FrameTrace(AgentOptions options, KnownAddresses known)
{
    /// <summary>How many are kept.</summary>
    public const int Length = 256;

    private readonly Entry[] _entries = new Entry[Length];
    private readonly Lock _gate = new();
    private long _count;

    /// <summary>Writes down a packet.</summary>
    public FrameMark Add(DateTimeOffset at, Nic nic, MacAddress source, MacAddress target, ushort port, string verdict)
    {
        lock (_gate)
        {
            _entries[_count % Length] = new() { At = at, Interface = nic.Name, Source = source, Target = target, Port = port, Verdict = verdict };
            return new(this, _count++);
        }
    }

    /// <summary>Says what became of a packet, where it is still remembered.</summary>
    public void Became(long number, string verdict, string? request)
    {
        lock (_gate)
        {
            if (number < _count - Length) return;
            ref var entry = ref _entries[number % Length];
            (entry.Verdict, entry.Request) = (verdict, request ?? entry.Request);
        }
    }

    /// <summary>All of them, the oldest first.</summary>
    public FramesPage Read()
    {
        lock (_gate)
        {
            return new(options.NodeName, new(known.IsComplete, known.Count, known.Ranges),
                [.. Enumerable.Range(0, (int)Math.Min(_count, Length)).Select(i => _entries[(Math.Max(_count - Length, 0) + i) % Length].Tell())]);
        }
    }

    /// <summary>Serves them to this node alone: whoever may forward a port to the pod arrives here as that, and who calls whom is nobody else's business.</summary>
    public PageAnswer Answer(PageVisit visit) => visit.IsLocal
        ? new(HttpStatusCode.OK, "application/json", JsonSerializer.SerializeToUtf8Bytes(Read(), AgentJson.Default.FramesPage))
        : PageAnswer.Text(HttpStatusCode.Forbidden, "Only from the node itself: kubectl port-forward to this pod.\n");

    private struct Entry
    {
        public DateTimeOffset At;
        public string Interface;
        public MacAddress Source;
        public MacAddress Target;
        public ushort Port;
        public string Verdict;
        public string? Request;

        public readonly TracedFrame Tell() => new(At, Interface, Text(Source), Text(Target), Port == 0 ? null : Port, Verdict, Request);

        private static string? Text(MacAddress address) => address.IsZero ? null : address.ToString();
    }
}
