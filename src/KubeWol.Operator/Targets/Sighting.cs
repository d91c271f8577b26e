using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>An address that a machine had without fixing it.</summary>
/// <param name="Address">The address.</param>
/// <param name="Seen">When it was last written down.</param>
internal readonly record struct Sighting(MacAddress Address, DateTimeOffset Seen)
{
    /// <summary>The newest first.</summary>
    public static readonly Comparer<Sighting> NewestFirst = Comparer<Sighting>.Create((a, b) => (b.Seen, a.Address.Bits).CompareTo((a.Seen, b.Address.Bits)));

    /// <summary>Whether it still counts. One from the future, where a clock was set back, counts as long as one of now.</summary>
    public bool Counts(TimeSpan keep, DateTimeOffset now) => (now > Seen ? now - Seen : TimeSpan.Zero) < keep;
}
