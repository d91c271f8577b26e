namespace KubeWol.Agent.Index;

/// <summary>What is known of an address.</summary>
internal enum AddressVerdict
{
    /// <summary>A machine has it, or a template would make one that has.</summary>
    Known,

    /// <summary>No machine has it.</summary>
    Unknown,

    /// <summary>The operator has not said, or it has not been heard yet.</summary>
    NotYetKnown,
}
