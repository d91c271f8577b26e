namespace KubeWol.Torture.Planning;

/// <summary>By which policies a machine may be called.</summary>
internal enum Group
{
    /// <summary>Plain packets wake it, pause it and move it.</summary>
    Plain,

    /// <summary>Likewise, but to sleep means to be shut down.</summary>
    Stopping,

    /// <summary>Packets with the right password wake it and pause it.</summary>
    Secret,

    /// <summary>Not there until it is called: a template makes it. Plain packets do what they do to others, and a signed command deletes it.</summary>
    Claimed,

    /// <summary>Likewise, and KubeVirt clones it.</summary>
    Cloned,
}
