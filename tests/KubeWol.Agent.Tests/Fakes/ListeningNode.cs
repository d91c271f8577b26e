using KubeWol.Agent.Capture;
using KubeWol.TestCluster.Network;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>A node on whose eth0 a capture runs, and a sender. Tests that share it tell their frames apart by the machines they call.</summary>
public sealed class ListeningNode : IAsyncLifetime
{
    private readonly LiveNode _node = new();

    internal RecordingSink Heard { get; } = new();

    internal WolCaptureDevice Capture { get; private set; } = null!;

    internal FrameSender Sender { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _node.InitializeAsync();
        Capture = _node.Capture("eth0", Heard);
        Sender = _node.OpenSender();
    }

    public async ValueTask DisposeAsync()
    {
        Sender.Dispose();
        Capture.Stop();
        await _node.DisposeAsync();
        Assert.Empty(Heard.Faults);
    }

    /// <summary>Waits until all that was sent has been heard: what is sent last arrives last.</summary>
    public Task HearsAllAsync()
    {
        var last = Formats.Frame("raw broadcast", Some.NextTarget());
        Sender.Send(last);
        return Heard.HearsAsync(last);
    }
}
