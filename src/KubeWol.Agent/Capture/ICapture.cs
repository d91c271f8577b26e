namespace KubeWol.Agent.Capture;

/// <summary>One interface being listened on.</summary>
internal interface ICapture
{
    /// <summary>Whether frames are being received. False once the interface has gone or the capture was stopped.</summary>
    bool IsRunning { get; }

    /// <summary>The capture's counters, or null once it is stopped.</summary>
    CaptureCounts? Counts { get; }

    /// <summary>Ends the capture and waits for its thread, a few seconds at the most. False if it did not end by then: it is left behind with what it holds.</summary>
    bool Stop();
}
