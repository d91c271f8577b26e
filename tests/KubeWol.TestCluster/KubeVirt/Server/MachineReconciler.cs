using System.Collections.Concurrent;
using KubeWol.ControllerRuntime;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>virt-controller and virt-handler: takes a machine from state to state until nothing more happens at this moment.</summary>
internal sealed class MachineReconciler(
    IResourceCache<VirtualMachine> vms, IResourceCache<VirtualMachineInstance> vmis, IResourceCache<Migration> migrations,
    MachineWriter writer, StandInDelays delays, NodePool nodes, TimeProvider time) : IReconciler
{
    private readonly ConcurrentDictionary<ResourceKey, Guest> _guests = new();

    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var machine = Read(key);
        if (machine is { Vm: null, Vmi: null, Migrations: [] })
        {
            _guests.TryRemove(key, out _);
            return Requeue.Never;
        }

        var storedStatus = machine.Vm?.Status;
        while (true)
        {
            var pass = new Pass(time.GetUtcNow(), delays, nodes);
            var next = VirtController.Next(machine, pass);
            if (IsSame(machine, next))
            {
                _guests[key] = next.Guest;
                if (next.Vm is { } vm) await writer.WriteStatusAsync(vm with { Status = storedStatus! }, vm.Status, cancellationToken);
                return pass.Due is { } due ? Requeue.After(due - pass.Now) : Requeue.Never;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var remembers = Remembers(machine.Vm?.Status, next.Vm?.Status);
            machine = await writer.WriteAsync(machine, next, pass, cancellationToken);
            _guests[key] = machine.Guest;

            // Most of the status only mirrors, and is written once at the end. What it alone remembers must be there before the next step.
            if (remembers && machine.Vm is { } counted)
            {
                var written = await writer.WriteStatusAsync(counted with { Status = storedStatus! }, counted.Status, cancellationToken);
                (machine, storedStatus) = (machine with { Vm = written with { Status = counted.Status } }, written.Status);
            }
        }
    }

    private Machine Read(ResourceKey key) => new(key.Namespace!, key.Name)
    {
        Vm = vms.Find(key),
        Vmi = vmis.Find(key),
        Migrations = [.. migrations.FindBy(KubeVirtTypes.MigrationsByVmi, key).OrderBy(m => m.Metadata.CreationTimestamp).ThenBy(m => m.Metadata.Name)],
        Guest = _guests.GetValueOrDefault(key) ?? new(),
    };

    private static bool Remembers(VirtualMachineStatus? before, VirtualMachineStatus? after) =>
        before?.StartFailure != after?.StartFailure || after?.StateChangeRequests?.Count > (before?.StateChangeRequests?.Count ?? 0);

    private static bool IsSame(Machine before, Machine after) =>
        ReferenceEquals(before.Vm, after.Vm) && ReferenceEquals(before.Vmi, after.Vmi)
        && before.Migrations.SequenceEqual(after.Migrations, ReferenceEqualityComparer.Instance);
}
