namespace KubeWol.Agent.Delivery;

/// <summary>Why a message that waited was given up.</summary>
internal enum SpoolDrop
{
    /// <summary>There were too many, and it was past its deadline.</summary>
    Count,

    /// <summary>They took too much room, and it was past its deadline.</summary>
    Bytes,

    /// <summary>It was too old even to be reported.</summary>
    Age,

    /// <summary>Its file was damaged, or was not one of ours.</summary>
    Corrupt,
}
