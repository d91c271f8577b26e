using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>
/// All there is to know of one machine before it is judged: its VirtualMachine, the instance and the migrations of the same name,
/// and what only the node knows. The rules take one and return the next; comparing the two says what to write.
/// </summary>
internal sealed record Machine(string Namespace, string Name)
{
    /// <summary>Null where an instance lives without a VirtualMachine.</summary>
    public VirtualMachine? Vm { get; init; }

    /// <summary>Null while the machine is off.</summary>
    public VirtualMachineInstance? Vmi { get; init; }

    /// <summary>The instance's migrations, the oldest first, finished ones included.</summary>
    public IReadOnlyList<Migration> Migrations { get; init; } = [];

    /// <summary>What only the node knows.</summary>
    public Guest Guest { get; init; } = new();

    /// <summary>The migration that has not come to an end, if any.</summary>
    public Migration? ActiveMigration => Migrations.FirstOrDefault(m => !m.IsFinal);

    public Machine With(Migration changed) =>
        this with { Migrations = [.. Migrations.Select(m => m.Metadata.Name == changed.Metadata.Name ? changed : m)] };

    public Machine Without(Migration gone) =>
        this with { Migrations = [.. Migrations.Where(m => m.Metadata.Name != gone.Metadata.Name)] };
}
