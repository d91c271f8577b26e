using System.Globalization;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestBed.Containers;

/// <summary>A container that runs. Its runtime waits beside it, passes on the signals that can be passed on, and dies with it.</summary>
public sealed class ContainerProcess : IAsyncDisposable
{
    private readonly string _pidFile;

    private ContainerProcess(ChildProcess runtime, string folder) => (Runtime, _pidFile) = (runtime, Path.Combine(folder, "pid"));

    /// <summary>The runtime: what it says, and how it ends, is what the container says and how that ends.</summary>
    public ChildProcess Runtime { get; }

    /// <summary>The process id of the container's first process, out here; only once it runs.</summary>
    public int Id => int.Parse(File.ReadAllText(_pidFile), CultureInfo.InvariantCulture);

    /// <param name="spec">What to run.</param>
    /// <param name="folder">A new folder of its own, whose name is the container's.</param>
    /// <param name="logFile">Where its output goes.</param>
    public static ContainerProcess Start(ContainerSpec spec, string folder, string logFile) =>
        new(ChildProcess.Start(ContainerBundle.Create(spec, folder), logFile), folder);

    /// <summary>Sends a signal to the container's first process itself.</summary>
    public void Send(Signal signal) => ChildProcess.Send(Id, signal);

    public ValueTask DisposeAsync() => Runtime.DisposeAsync();
}
