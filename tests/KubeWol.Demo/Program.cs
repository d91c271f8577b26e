// The demo: a cluster, three nodes and a LAN on this machine, real senders, and each frame's journey. eng/demo.sh starts it.
using System.Runtime.InteropServices;
using KubeWol.Demo;
using KubeWol.TestCluster;

var keep = args.Contains("--keep");
using var stopping = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // not at once: what was started is stopped first
    stopping.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var screen = new Screen(Console.Out, colours: args.Contains("--colour"));
try
{
    await using var stage = await Stage.SetAsync(screen, stopping.Token);
    await new Show(stage, screen).PlayAsync(stopping.Token);
    if (keep)
    {
        stage.TellWhatToType(screen);
        if (args is [.., "--ready", var file]) await File.WriteAllTextAsync(file, "", stopping.Token);
        await Task.Delay(Timeout.Infinite, stopping.Token);
    }

    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return keep ? 0 : 130;
}
catch (TestClusterException e)
{
    await Console.Error.WriteLineAsync($"demo: {e.Message}");
    return 1;
}
