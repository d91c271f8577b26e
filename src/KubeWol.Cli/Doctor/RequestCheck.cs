using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;

namespace KubeWol.Cli.Doctor;

/// <summary>How requests fare: any that nobody finishes, and why others failed.</summary>
internal sealed class RequestCheck(TimeProvider time)
{
    private const int Shown = 5;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<Finding>> LookAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var (requests, sight) = await session.ListAsync(WakeRequest.Type, cancellationToken).ConfigureAwait(false);
        if (sight == Sight.Nothing) return [Finding.Unseen("WakeRequests")];
        var where = sight == Sight.All ? "" : $" in {session.Namespace}";
        var stuck = requests.Where(IsStuck).ToList();
        var failed = requests.Where(r => r.Status?.Phase == WakePhase.Failed).ToList();
        var why = string.Join(", ", failed.GroupBy(r => r.Status!.Reason).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} {g.Key}"));
        return
        [
            stuck.Count == 0 ? Finding.Good($"no request{where} is left behind")
                : Finding.Bad($"{stuck.Count} requests{where} are past their deadline and not finished, such as {string.Join(", ", stuck.Take(Shown).Select(r => ResourceKey.Of(r)))}", "No operator carries them out: see above."),
            Finding.Good(failed.Count == 0 ? $"none of {requests.Count} requests{where} has failed lately" : $"{failed.Count} of {requests.Count} requests{where} have failed lately: {why}"),
        ];
    }

    private bool IsStuck(WakeRequest request) => !request.IsFinished() && request.Metadata.CreationTimestamp is { } created
        && time.GetUtcNow() - created > TimeSpan.FromSeconds(request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds) + Grace;
}
