using KubeWol.ControllerRuntime;

namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>Where KubeVirt's kinds are served.</summary>
internal static class KubeVirtTypes
{
    public static readonly ResourceType<VirtualMachine> Vm = new("kubevirt.io", "v1", "virtualmachines", KubeVirtJson.Default.VirtualMachine);
    public static readonly ResourceType<VirtualMachineInstance> Vmi = new("kubevirt.io", "v1", "virtualmachineinstances", KubeVirtJson.Default.VirtualMachineInstance);
    public static readonly ResourceType<VirtualMachineInstanceMigration> Migration = new("kubevirt.io", "v1", "virtualmachineinstancemigrations", KubeVirtJson.Default.VirtualMachineInstanceMigration);

    /// <summary>Finds the migrations of an instance by its key.</summary>
    public static readonly ResourceIndex<VirtualMachineInstanceMigration, ResourceKey> MigrationsByVmi = new(m => [new(m.Metadata.Namespace, m.Spec.VmiName ?? "")]);
}
