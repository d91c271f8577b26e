using System.Collections.Concurrent;
using KubeWol.Agent.Capture;
using KubeWol.Protocol;
using KubeWol.TestCluster;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>Keeps the frames that a capture hands over.</summary>
internal sealed class RecordingSink : IFrameSink
{
    private readonly Lock _gate = new();
    private readonly List<Frame> _frames = [];

    /// <summary>What a capture reported as a defect.</summary>
    public ConcurrentQueue<Exception> Faults { get; } = [];

    public IReadOnlyList<Frame> Frames
    {
        get
        {
            lock (_gate) return [.. _frames];
        }
    }

    public void Receive(Nic nic, LinkType link, ReadOnlySpan<byte> frame, DateTimeOffset capturedAt)
    {
        lock (_gate) _frames.Add(new(nic, link, frame.ToArray(), capturedAt));
    }

    /// <summary>How often a frame was heard, bit for bit.</summary>
    public int Count(byte[] frame) => Frames.Count(f => f.Bytes.AsSpan().SequenceEqual(frame));

    /// <summary>Waits until the frame was heard; all that was sent before it is there, then.</summary>
    public Task HearsAsync(byte[] frame) => Eventually.BecomesTrueAsync("the frame is heard", () => Count(frame) > 0, TestContext.Current.CancellationToken);

    public sealed record Frame(Nic Nic, LinkType Link, byte[] Bytes, DateTimeOffset CapturedAt);
}
