using KubeWol.Protocol;

namespace KubeWol.Torture.Planning;

/// <summary>A machine of the run, or an address for which one can be made.</summary>
/// <param name="Name">The machine's name; of one that a template makes, what the report calls it.</param>
/// <param name="Address">The address it is called by.</param>
/// <param name="Group">Who may call it.</param>
/// <param name="Strategy">The run strategy its owner gave it.</param>
/// <param name="Woken">The run strategy it has once it was woken.</param>
internal sealed record Member(string Name, MacAddress Address, Group Group, string Strategy, string Woken)
{
    /// <summary>How the guest behaves, in the stand-in's annotations.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a template makes it.</summary>
    public bool IsMade => Group is Group.Claimed or Group.Cloned;
}
