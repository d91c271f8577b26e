using KubeWol.Api.V1Alpha1;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>Every request ends, in time, for good, and says why.</summary>
internal static class EndCheck
{
    /// <summary>How long a request may take to end after its deadline, and after the last fault: an operator has to be there, and to lead.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(45);

    public static IEnumerable<Violation> Judge(IReadOnlyList<RequestStory> requests, RunJournals journals)
    {
        foreach (var request in requests)
        {
            if (request.VanishedUnfinished) yield return new(Breach.Unfinished, $"was deleted before its end: {request}");
            else if (!request.HasEnded) yield return new(Breach.Unfinished, $"has not ended: {request}");
            else if (request.ChangedItsEnd) yield return new(Breach.Unfinished, $"went on after its end: {request}");
            else if (request.Status is not { Reason: not (null or WakeReason.Unknown), Message.Length: > 0 }) yield return new(Breach.Unfinished, $"ended without a reason: {request}");
            else if (IsLate(request.Last, journals.CalmSince)) yield return new(Breach.Unfinished, $"ended at {request.Status.CompletedAt:HH:mm:ss}, long after its deadline: {request}");
        }
    }

    private static bool IsLate(WakeRequest request, DateTimeOffset calmSince)
    {
        var deadline = request.Metadata.CreationTimestamp + TimeSpan.FromSeconds(request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds);
        return request.Status!.CompletedAt > (deadline > calmSince ? deadline : calmSince) + Slack;
    }
}
