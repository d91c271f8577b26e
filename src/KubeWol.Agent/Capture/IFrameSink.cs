using KubeWol.Protocol;

namespace KubeWol.Agent.Capture;

/// <summary>Takes what was captured. Called on the interface's own thread; the bytes are only valid during the call.</summary>
internal interface IFrameSink
{
    void Receive(Nic nic, LinkType link, ReadOnlySpan<byte> frame, DateTimeOffset capturedAt);
}
