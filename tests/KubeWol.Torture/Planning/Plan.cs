namespace KubeWol.Torture.Planning;

/// <summary>Everything that will be done in a run: what is sent when and by whom, and what is broken when. The same seed makes the same plan.</summary>
/// <param name="Seed">What all choices come from.</param>
/// <param name="Length">How long messages are sent.</param>
/// <param name="Messages">In the order of their numbers.</param>
/// <param name="Lanes">Faults that follow each other; those of different lanes overlap.</param>
internal sealed record Plan(int Seed, TimeSpan Length, IReadOnlyList<PlannedMessage> Messages, IReadOnlyList<IReadOnlyList<PlannedFault>> Lanes)
{
    /// <summary>The last seconds are without faults: what is sent then meets a cluster that is still recovering.</summary>
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(4);

    public static Plan Make(int seed, TimeSpan length) => new(seed, length, Traffic.Make(new Random(seed), length), FaultLanes.Make(seed, length - Ending));
}
