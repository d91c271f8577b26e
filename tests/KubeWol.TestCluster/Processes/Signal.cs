namespace KubeWol.TestCluster.Processes;

/// <summary>POSIX signals by their Linux numbers.</summary>
public enum Signal
{
    Hangup = 1,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
