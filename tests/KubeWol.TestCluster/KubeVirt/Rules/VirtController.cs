namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>What virt-controller and virt-handler make of a machine: the machine as it should look next.</summary>
internal static class VirtController
{
    /// <summary>
    /// Looks at the machine once. An instance that is to be created comes back without a uid, one that is to be deleted with a deletion
    /// time; nothing further is judged until the API server has done that. Unchanged parts are the very objects that came in.
    /// </summary>
    public static Machine Next(Machine machine, Pass pass)
    {
        machine = machine with { Guest = machine.Guest.See(machine, pass.Now) };

        // An instance that failed before it ever ran is counted before anything is made of it: the count outlives it.
        var counted = VmStatusRules.Next(machine, pass);
        if (counted.Vm?.Status.StartFailure != machine.Vm?.Status.StartFailure) return counted;

        var wasDeleting = machine.Vmi?.IsDeleting == true;
        machine = RunStrategyRules.Next(machine, pass);
        if (machine.Vmi is { Metadata.Uid: null } || (machine.Vmi?.IsDeleting == true && !wasDeleting)) return machine;
        machine = machine with { Guest = machine.Guest.See(machine, pass.Now) };
        machine = VmiRules.Next(machine, pass);
        machine = MigrationRules.Next(machine, pass);
        return VmStatusRules.Next(machine, pass);
    }
}
