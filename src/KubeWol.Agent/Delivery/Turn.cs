namespace KubeWol.Agent.Delivery;

/// <summary>When this node is to write the request for a message that others heard, too.</summary>
/// <param name="Rank">How many nodes are to write it before this one; 0 writes without looking.</param>
/// <param name="Wait">How long they are given.</param>
internal readonly record struct Turn(int Rank, TimeSpan Wait)
{
    /// <summary>At once, and without looking.</summary>
    public static readonly Turn First;
}
