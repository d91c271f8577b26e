namespace KubeWol.TestCluster.Network;

/// <summary>Collects the frames that come in at a device, tags and all.</summary>
public sealed class FrameReceiver : IDisposable
{
    private readonly ObservedList<byte[]> _frames = new();
    private readonly FramePump _pump;

    internal FrameReceiver(NetworkNamespace ns, string device) => _pump = new FramePump(ns, device, _frames.Add);

    /// <summary>Those that have come in so far, in order.</summary>
    public IReadOnlyList<byte[]> Frames => _frames.Items;

    /// <summary>The first frame that matches, in already or still to come; <see cref="TimeoutException"/> when there is none in time.</summary>
    public Task<byte[]> WaitForAsync(Predicate<byte[]> matches, TimeSpan timeout, CancellationToken cancellationToken) =>
        _frames.WaitForAsync(matches).WaitAsync(timeout, cancellationToken);

    public void Dispose() => _pump.Dispose();
}
