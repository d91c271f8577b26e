namespace KubeWol.Torture.Checking;

/// <summary>What can happen to a machine.</summary>
internal enum DeedKind
{
    /// <summary>It was made.</summary>
    Created,

    /// <summary>It came up: it has a new instance.</summary>
    CameUp,

    /// <summary>It went down: its instance is taken away.</summary>
    WentDown,

    /// <summary>It was paused.</summary>
    Paused,

    /// <summary>It was unpaused.</summary>
    Unpaused,

    /// <summary>A live migration of it began.</summary>
    Migrated,

    /// <summary>It was given another preference for the node of its next start.</summary>
    Placed,

    /// <summary>It was deleted.</summary>
    Deleted,

    /// <summary>Its run strategy was Halted and is another: KubeVirt is to start it, without having been called.</summary>
    Unhalted,

    /// <summary>KubeVirt dropped a stop that it had accepted, with the instance still there (see <see cref="MachineStory"/>).</summary>
    StopForgotten,

    /// <summary>KubeVirt was told to start it, and obeyed.</summary>
    StartCalled,

    /// <summary>KubeVirt was told to stop it, and obeyed.</summary>
    StopCalled,

    /// <summary>KubeVirt was told to pause it, and obeyed.</summary>
    PauseCalled,

    /// <summary>KubeVirt was told to unpause it, and obeyed.</summary>
    UnpauseCalled,
}
