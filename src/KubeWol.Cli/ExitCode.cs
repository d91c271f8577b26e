namespace KubeWol.Cli;

/// <summary>How the program ends; docs/kubectl-wol.md lists them for scripts.</summary>
internal enum ExitCode
{
    /// <summary>What was asked for is done.</summary>
    Done = 0,

    /// <summary>It is not: the request failed, the frame would be refused or could not be sent, something is wrong with the installation.</summary>
    Failed = 1,

    /// <summary>The command line makes no sense.</summary>
    Usage = 2,

    /// <summary>There is no cluster to talk to: no kubeconfig, no connection, no valid credentials.</summary>
    NoCluster = 3,

    /// <summary>The API server says no: a right is missing, an admission policy refuses, KubeWol is not installed.</summary>
    Refused = 4,

    /// <summary>It was not done in time; the request goes on, or has reached its deadline.</summary>
    TimedOut = 5,

    /// <summary>There is no such machine, template or request.</summary>
    NotFound = 6,

    /// <summary>Ctrl-C.</summary>
    Interrupted = 130,
}
