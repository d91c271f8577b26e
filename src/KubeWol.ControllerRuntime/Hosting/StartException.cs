namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>The program cannot start; the message is the one sentence a person needs.</summary>
public sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
