using KubeWol.Agent.Capture;
using KubeWol.Protocol;

namespace KubeWol.SkewedAgent;

/// <summary>Passes frames on as a kernel would whose clock is wrong.</summary>
internal sealed class SkewedSink(IFrameSink sink, TimeSpan ahead) : IFrameSink
{
    public void Receive(Nic nic, LinkType link, ReadOnlySpan<byte> frame, DateTimeOffset capturedAt) => sink.Receive(nic, link, frame, capturedAt + ahead);
}
