namespace KubeWol.Agent.Intake;

/// <summary>A packet's place in the trace; the default has none, and telling it anything does nothing.</summary>
internal readonly struct FrameMark(FrameTrace? trace, long number)
{
    /// <summary>Says what became of the packet, and of which request.</summary>
    public void Became(string verdict, string? request = null) => trace?.Became(number, verdict, request);
}
