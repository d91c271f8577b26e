using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Templates;

/// <summary>The status a template has after a look at it: a pure function, so that the same look twice writes nothing the second time.</summary>
internal static class TemplateStatus
{
    private const int LongestMessage = 2048;

    public static WakeTemplateStatus After(
        WakeTemplate template, TemplateProblem? problem, IReadOnlyList<WakeTemplate> overlapping, IReadOnlyList<VirtualMachine> instances, DateTimeOffset now)
    {
        return new()
        {
            ObservedGeneration = template.Metadata.Generation,
            Instances = instances.Count,
            Machines = [.. instances.OrderBy(i => i.Metadata.Name, StringComparer.Ordinal).Take(WakeTemplateStatus.MachinesListed).Select(Listed)],
            Conditions = (template.Status?.Conditions ?? [])
                .With(problem is null
                    ? Condition("Ready", ConditionStatus.True, TemplateReason.Usable, "machines can be made from it")
                    : Condition("Ready", problem.Reason == TemplateReason.CheckFailed ? ConditionStatus.Unknown : ConditionStatus.False, problem.Reason, problem.Words))
                .With(overlapping.Count == 0
                    ? Condition("Overlapping", ConditionStatus.False, TemplateReason.NoOverlap, "no other template claims any of its addresses")
                    : Condition("Overlapping", ConditionStatus.True, TemplateReason.ClaimsOverlap,
                        $"{Messages.Names(overlapping.Select(t => ResourceKey.Of(t).ToString()))} claim{(overlapping.Count == 1 ? "s" : "")} some of its addresses, too; for those none is used")),
        };

        Condition Condition(string type, ConditionStatus status, TemplateReason reason, string message) => new()
        {
            Type = type,
            Status = status,
            Reason = reason.ToString(),
            Message = Messages.Cut(message, LongestMessage),
            ObservedGeneration = template.Metadata.Generation,
            LastTransitionTime = now,
        };
    }

    private static TemplateInstance Listed(VirtualMachine machine) =>
        new() { Name = machine.Metadata.Name, MacAddress = MacAddresses.Of(machine).Select(a => a.ToString()).FirstOrDefault() };
}
