namespace KubeWol.Operator.Targets;

/// <summary>What a virtual machine is doing, as far as a verb has to know it.</summary>
internal enum MachineState
{
    /// <summary>KubeVirt says something this version does not know, or that it has lost sight of the machine.</summary>
    Unknown,

    /// <summary>Off, and stays off until somebody starts it.</summary>
    Stopped,

    /// <summary>Ran once, as its run strategy Once says, and cannot be started again.</summary>
    Finished,

    /// <summary>Waits for a migration from another cluster (WaitAsReceiver); a start has no effect.</summary>
    Receiving,

    /// <summary>On its way up, or about to be.</summary>
    Starting,

    /// <summary>Meant to run, and KubeVirt cannot bring it up for now: crash loop, no node, missing image or volume, refused instance.</summary>
    Recovering,

    /// <summary>The guest runs.</summary>
    Running,

    /// <summary>The guest is frozen in memory.</summary>
    Paused,

    /// <summary>Moving to another node.</summary>
    Migrating,

    /// <summary>On its way down.</summary>
    Stopping,

    /// <summary>Being deleted.</summary>
    Terminating,
}
