namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>One look at one machine: the time it happens at, and where it is noted when to look again.</summary>
internal sealed class Pass(DateTimeOffset now, StandInDelays delays, NodePool nodes)
{
    public DateTimeOffset Now { get; } = now;

    /// <summary>The time as the API has it: whole seconds.</summary>
    public DateTimeOffset Stamp { get; } = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));

    public StandInDelays Delays { get; } = delays;

    public NodePool Nodes { get; } = nodes;

    /// <summary>When the next thing happens by itself; null if nothing does.</summary>
    public DateTimeOffset? Due { get; private set; }

    /// <summary>Whether <paramref name="moment"/> has come; if not, the machine is looked at again then.</summary>
    public bool Reached(DateTimeOffset moment)
    {
        if (moment <= Now) return true;
        if (Due is null || moment < Due) Due = moment;
        return false;
    }
}
