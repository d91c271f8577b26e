namespace KubeWol.Agent.Capture;

/// <summary>An interface cannot be captured on; the message is a sentence for people.</summary>
internal sealed class CaptureException(string message, CaptureProblem problem, Exception? inner = null) : Exception(message, inner)
{
    public CaptureProblem Problem { get; } = problem;
}
