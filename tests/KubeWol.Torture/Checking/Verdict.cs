using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>What the checker found: every message counted once, and every broken promise.</summary>
internal sealed record Verdict
{
    /// <summary>Frames on the wire.</summary>
    public int Frames { get; init; }

    /// <summary>Messages they were.</summary>
    public int Messages { get; init; }

    /// <summary>Messages that nobody could hear for sure, and of which nothing came.</summary>
    public int Unheard { get; init; }

    /// <summary>Messages that were not to become requests (damaged, or for addresses that nobody has), and did not.</summary>
    public IReadOnlyDictionary<MessageKind, int> LeftAlone { get; init; } = new Dictionary<MessageKind, int>();

    /// <summary>Messages that agents turned away, by the reason they gave.</summary>
    public IReadOnlyDictionary<string, int> TurnedAway { get; init; } = new Dictionary<string, int>();

    /// <summary>Messages that became requests.</summary>
    public int Accepted { get; init; }

    /// <summary>Of these, with an effect.</summary>
    public int WithEffect { get; init; }

    /// <summary>Of these, where the machine was as asked for already.</summary>
    public int AlreadySo { get; init; }

    /// <summary>Of these, refused, by reason.</summary>
    public IReadOnlyDictionary<string, int> Refused { get; init; } = new Dictionary<string, int>();

    /// <summary>Requests for copies of a message that another node had taken, put aside by the operator.</summary>
    public int PutAside { get; init; }

    /// <summary>What happened to machines, by kind.</summary>
    public IReadOnlyDictionary<DeedKind, int> Deeds { get; init; } = new Dictionary<DeedKind, int>();

    public IReadOnlyList<Violation> Violations { get; init; } = [];

    public int Count(Breach breach) => Violations.Count(v => v.Breach == breach);
}
