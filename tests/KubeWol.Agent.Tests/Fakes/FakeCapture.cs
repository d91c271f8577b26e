using KubeWol.Agent.Capture;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>A capture that hears nothing.</summary>
internal sealed class FakeCapture(Nic nic) : ICapture
{
    public Nic Nic => nic;

    public bool IsRunning { get; set; } = true;

    public bool WasStopped { get; private set; }

    public CaptureCounts? Counts { get; set; } = default(CaptureCounts);

    /// <summary>Runs while it is being stopped.</summary>
    public Action WhileStopping { get; set; } = static () => { };

    /// <summary>Whether its thread never ends.</summary>
    public bool Hangs { get; set; }

    public bool Stop()
    {
        WhileStopping();
        if (Hangs) return false;
        (IsRunning, WasStopped, Counts) = (false, true, null);
        return true;
    }
}
