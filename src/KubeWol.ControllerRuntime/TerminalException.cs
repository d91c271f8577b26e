namespace KubeWol.ControllerRuntime;

/// <summary>Nothing but a change of the object will help: log it and do not try again.</summary>
public sealed class TerminalException(string message, Exception? inner = null) : Exception(message, inner);
