namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>What virt-controller and virt-handler make of a machine: the machine as it should look next.</summary>
internal static class VirtController
{
    /// <summary>
    /// Looks at the machine once. An instance that is to be created has no uid yet; nothing further is judged until the API server gave
    /// it one. Unchanged parts are the very objects that came in.
    /// </summary>
    public static Machine Next(Machine machine, Pass pass)
    {
        machine = machine with { Guest = machine.Guest.See(machine, pass.Now) };
        machine = RunStrategyRules.Next(machine, pass);
        if (machine.Vmi is { Metadata.Uid: null }) return machine;

        // The status is taken before the instance moves on, too: an instance that failed and is to be removed must be counted first.
        machine = VmStatusRules.Next(machine, pass);
        machine = machine with { Guest = machine.Guest.See(machine, pass.Now) };
        machine = VmiRules.Next(machine, pass);
        machine = MigrationRules.Next(machine, pass);
        return VmStatusRules.Next(machine, pass);
    }
}
