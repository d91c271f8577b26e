using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>One WakeRequest from its creation to its end, as the store has it.</summary>
internal sealed class RequestStory
{
    private RequestStory(StoredVersion first)
    {
        Created = first.Revision;
        Name = first.Name;
    }

    public string Name { get; }

    /// <summary>The revision that made it.</summary>
    public long Created { get; }

    /// <summary>The revision that ended it; none while it goes on.</summary>
    public long Ended { get; private set; } = long.MaxValue;

    public bool HasEnded => Ended < long.MaxValue;

    /// <summary>Whether it went on, or ended differently, after its end.</summary>
    public bool ChangedItsEnd { get; private set; }

    /// <summary>Whether it was deleted without having ended.</summary>
    public bool VanishedUnfinished { get; private set; }

    public WakeRequest Last { get; private set; } = new();

    public WakeRequestStatus Status => Last.Status ?? new();

    public WakeAction? Verb => Status.Action ?? Last.Spec.Action;

    /// <summary>The message it was made for; null for one that was not made for a frame of ours.</summary>
    public int? Message => SentMessage.NumberOf(Last.Spec.Frame?.SourceMac);

    /// <summary>The address it asks for.</summary>
    public MacAddress? Target => MacAddress.TryParse(Last.Spec.Target.MacAddress, out var mac) ? mac : null;

    /// <summary>The name of the machine it was about, if one was found.</summary>
    public string? Machine => Status.VirtualMachine?.Name ?? Last.Spec.Target.Name;

    public bool Succeeded => Status.Phase == WakePhase.Succeeded;

    /// <summary>Whether it was alive at a revision.</summary>
    public bool IsAliveAt(long revision) => Created < revision && revision <= Ended;

    /// <summary>All requests that were made after a revision, in the order in which they were made.</summary>
    public static IReadOnlyList<RequestStory> Read(IEnumerable<StoredVersion> store, long after)
    {
        var all = new List<RequestStory>();
        var current = new Dictionary<(string, string), RequestStory>();
        foreach (var version in store.Where(v => v.Resource == "wakerequests"))
        {
            var key = (version.Namespace, version.Name);
            if (version.Object is not { } json)
            {
                if (current.Remove(key, out var gone)) gone.VanishedUnfinished = !gone.HasEnded;
                continue;
            }

            if (!current.TryGetValue(key, out var story)) all.Add(current[key] = story = new(version));
            story.Continue(version.Revision, json.Deserialize(ApiJson.Default.WakeRequest)!);
        }

        return [.. all.Where(r => r.Created > after)];
    }

    public override string ToString() => $"{Verb} {Name}{(Message is { } number ? $" (message {number})" : "")}: {Status.Phase?.ToString() ?? "untouched"} {Status.Reason} {Status.Operation}, {Created}-{(HasEnded ? Ended : "…")}: {Status.Message}";

    private void Continue(long revision, WakeRequest now)
    {
        if (HasEnded && (now.Status?.Phase, now.Status?.Reason) != (Status.Phase, Status.Reason)) ChangedItsEnd = true;
        Last = now;
        if (!HasEnded && now.IsFinished()) Ended = revision;
    }
}
