using KubeWol.ControllerRuntime;

namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>Where KubeVirt's kinds are served.</summary>
internal static class KubeVirtTypes
{
    private const string Group = "kubevirt.io";
    private const string Version = "v1";

    public static readonly ResourceType<VirtualMachine> Vm = new(Group, Version, "virtualmachines", KubeVirtJson.Default.VirtualMachine);
    public static readonly ResourceType<VirtualMachineInstance> Vmi = new(Group, Version, "virtualmachineinstances", KubeVirtJson.Default.VirtualMachineInstance);
    public static readonly ResourceType<Migration> Migration = new(Group, Version, "virtualmachineinstancemigrations", KubeVirtJson.Default.Migration);

    public static readonly ResourceType<VirtualMachineClone> Clone = new("clone.kubevirt.io", "v1beta1", "virtualmachineclones", KubeVirtJson.Default.VirtualMachineClone);

    /// <summary>Finds the clones that make a machine by its key.</summary>
    public static readonly ResourceIndex<VirtualMachineClone, ResourceKey> ClonesByTarget = new(c => [new(c.Metadata.Namespace, c.Spec.Target?.Name ?? "")]);

    /// <summary>Finds the migrations of an instance by its key.</summary>
    public static readonly ResourceIndex<Migration, ResourceKey> MigrationsByVmi = new(m => [new(m.Metadata.Namespace, m.Spec.VmiName ?? "")]);
}
