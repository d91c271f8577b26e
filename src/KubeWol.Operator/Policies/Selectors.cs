using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Policies;

/// <summary>Label selectors, as Kubernetes reads them (apimachinery, pkg/labels/selector.go).</summary>
internal static class Selectors
{
    private static readonly Dictionary<string, string> None = [];

    /// <summary>Whether all parts of the selector match. A part that only a newer version knows matches: what cannot be read must not leave a machine to the default.</summary>
    public static bool Matches(this LabelSelector? selector, IReadOnlyDictionary<string, string>? labels)
    {
        labels ??= None;
        return (selector?.MatchLabels ?? None).All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value)
            && (selector?.MatchExpressions ?? []).All(r => Matches(r, labels));
    }

    private static bool Matches(LabelRequirement requirement, IReadOnlyDictionary<string, string> labels)
    {
        var has = labels.TryGetValue(requirement.Key, out var value);
        var isListed = has && requirement.Values?.Contains(value) == true;
        return requirement.Operator switch
        {
            LabelOperator.In => isListed,
            LabelOperator.NotIn => !isListed,
            LabelOperator.Exists => has,
            LabelOperator.DoesNotExist => !has,
            _ => true,
        };
    }
}
