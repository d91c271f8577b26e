using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace KubeWol.TestCluster.Processes;

/// <summary>Starts every child from one thread that never ends.</summary>
/// <remarks>
/// Children ask the kernel for SIGKILL when their parent dies (PR_SET_PDEATHSIG), so that a killed test run leaves nothing behind.
/// "Parent" there is the thread that forked (prctl(2)), and thread-pool threads come and go: hence a thread of our own.
/// </remarks>
internal static class Spawner
{
    private static readonly BlockingCollection<Action> Work = StartThread();

    public static Process Start(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
            {
                started.SetException(new TestClusterException($"Cannot start {info.FileName}: {e.Message}", e));
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> StartThread()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() => { foreach (var action in work.GetConsumingEnumerable()) action(); }) { IsBackground = true, Name = "spawner" }.Start();
        return work;
    }
}
