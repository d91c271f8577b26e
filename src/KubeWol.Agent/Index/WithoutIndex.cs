namespace KubeWol.Agent.Index;

/// <summary>What is done with messages while it is not known which addresses machines have.</summary>
internal enum WithoutIndex
{
    /// <summary>They are taken, within the limits: rather a request that finds no machine than a machine that stays off.</summary>
    Open,

    /// <summary>They are held for a moment, and then refused.</summary>
    Closed,
}
