namespace KubeWol.Operator.Requests;

/// <summary>How the migration goes that a request created.</summary>
internal enum MigrationProgress
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It waits for a node.</summary>
    Scheduling,

    /// <summary>It has a node and is on its way.</summary>
    InFlight,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Failed, or deleted by somebody; the machine is where it was.</summary>
    Failed,
}
