namespace KubeWol.Agent.Capture;

/// <summary>Opens an interface and begins to listen; <paramref name="fault"/> is told of frames that could not be handled.</summary>
/// <exception cref="CaptureException">That is not possible; the message says why and what to do.</exception>
internal delegate ICapture OpenCapture(Nic nic, Action<Exception> fault);
