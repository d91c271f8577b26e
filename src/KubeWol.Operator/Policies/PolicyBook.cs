using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.Policies;

/// <summary>Which policies have a say in what becomes of a machine.</summary>
internal sealed class PolicyBook(IResourceCache<WakePolicy> policies, OperatorOptions options)
{
    private static readonly ResourceIndex<WakePolicy, string> ByNamespace = new(p => [p.Metadata.Namespace ?? ""]);
    private readonly WakePolicy[] _default = [DefaultPolicy.Of(options)];

    /// <summary>Those that select the machine, in the order of their names; the default one where none does.</summary>
    public IReadOnlyList<WakePolicy> For(VirtualMachine machine) => For(machine.Metadata.Namespace, machine.Metadata.Labels);

    /// <summary>Those that would select a machine made from the template.</summary>
    public IReadOnlyList<WakePolicy> For(WakeTemplate template) => For(template.Metadata.Namespace, InstanceMarks.LabelsOf(template));

    /// <summary>Whether some policy for the machine takes addresses that stand backwards for something.</summary>
    public bool HearsReversed(Machine machine) => PolicyTable.HearsReversed(For(machine.Object));

    /// <summary>What a plain packet would ask for by the default policy.</summary>
    public WakeAction ByDefault(CapturedFrame frame) =>
        _default[0].Spec.Aliases!.FirstOrDefault(a => a.Port is { } port && port == frame.DestinationPort)?.Verb ?? WakeAction.Wake;

    /// <summary>All policies of a namespace.</summary>
    public static IReadOnlyList<WakePolicy> In(IResourceCache<WakePolicy> policies, string? @namespace) => policies.FindBy(ByNamespace, @namespace ?? "");

    private IReadOnlyList<WakePolicy> For(string? @namespace, IReadOnlyDictionary<string, string>? labels)
    {
        var selecting = In(policies, @namespace).Where(p => p.Spec.Selector.Matches(labels)).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).ToList();
        return selecting.Count > 0 ? selecting : _default;
    }
}
