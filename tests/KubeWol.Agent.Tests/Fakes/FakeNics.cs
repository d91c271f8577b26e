using KubeWol.Agent.Capture;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>Interfaces that are there because a test says so.</summary>
internal sealed class FakeNics(params Nic[] nics) : INicSource
{
    private int _lists;

    public IReadOnlyList<Nic> Now { get; set; } = nics;

    /// <summary>Thrown in place of an answer.</summary>
    public Exception? Failure { get; set; }

    /// <summary>How often they were asked for.</summary>
    public int Lists => Volatile.Read(ref _lists);

    public IReadOnlyList<Nic> List()
    {
        Interlocked.Increment(ref _lists);
        return Failure is null ? Now : throw Failure;
    }
}
