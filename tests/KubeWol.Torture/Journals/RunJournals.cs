using KubeWol.Protocol;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.Torture.Journals;

/// <summary>All that was written down about a run, by witnesses who know nothing of each other.</summary>
internal sealed record RunJournals
{
    /// <summary>What the senders sent.</summary>
    public required IReadOnlyList<SentMessage> Messages { get; init; }

    /// <summary>Who could hear it.</summary>
    public required IReadOnlyList<NodeLife> Nodes { get; init; }

    /// <summary>What the cluster's store had, version by version, in order.</summary>
    public required IReadOnlyList<StoredVersion> Store { get; init; }

    /// <summary>What KubeVirt's stand-in accepted.</summary>
    public required IReadOnlyList<KubeVirtCall> Calls { get; init; }

    /// <summary>Messages that an agent took in, and then said why it would not ask for them, by their numbers.</summary>
    public IReadOnlyDictionary<int, string> TurnedAway { get; init; } = new Dictionary<int, string>();

    /// <summary>The store's revision when the stage was set and the first message was not sent yet.</summary>
    public required long Beginning { get; init; }

    /// <summary>The run strategy that each machine has once it was woken, as its owner wants it.</summary>
    public required IReadOnlyDictionary<MacAddress, string> Strategies { get; init; }

    /// <summary>The user as whom the operators call KubeVirt.</summary>
    public required string Operator { get; init; }

    /// <summary>From when on nothing was broken any more: before that, nobody may have been there to end a request in time.</summary>
    public required DateTimeOffset CalmSince { get; init; }
}
