namespace KubeWol.Agent.Capture;

/// <summary>libpcap's own counters of one capture since it was opened.</summary>
/// <param name="Received">Frames that passed the filter.</param>
/// <param name="Dropped">Frames that passed the filter and found the buffer full.</param>
/// <param name="DroppedByInterface">Frames the interface or its driver dropped.</param>
internal readonly record struct CaptureCounts(uint Received, uint Dropped, uint DroppedByInterface);
