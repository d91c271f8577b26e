using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;

namespace KubeWol.Operator.Policies;

/// <summary>The status a policy has after a look at it: a pure function, so that the same look twice writes nothing the second time.</summary>
internal static class PolicyStatus
{
    private const int LongestMessage = 2048;

    public static WakePolicyStatus After(PolicyCheck check, DateTimeOffset now)
    {
        var problem = check.Problem();
        return new()
        {
            ObservedGeneration = check.Policy.Metadata.Generation,
            Machines = check.Selected,
            Conditions = (check.Policy.Status?.Conditions ?? []).With(new()
            {
                Type = "Ready",
                Status = problem is null ? ConditionStatus.True : ConditionStatus.False,
                Reason = (problem?.Reason ?? PolicyReason.InEffect).ToString(),
                Message = Messages.Cut(problem?.Words ?? "frames can match it", LongestMessage),
                ObservedGeneration = check.Policy.Metadata.Generation,
                LastTransitionTime = now,
            }),
        };
    }
}
