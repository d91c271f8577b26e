using KubeWol.Agent.Capture;
using KubeWol.Protocol;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Bench.Capture;

/// <summary>Compiles and runs the bare C reader.</summary>
internal static class Yardstick
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);

    public static async Task<ChildProcess> StartAsync(NetworkNamespace space, string device, int bufferBytes, string folder, CancellationToken cancellationToken)
    {
        var program = Path.Combine(folder, "yardstick");
        var source = Path.Combine(AppContext.BaseDirectory, "Capture", "yardstick.c");
        _ = (await Command.RunAsync(new ProcessSpec("clang", "-O2", "-o", program, source, "-l:libpcap.so.0.8"), cancellationToken)).Checked;
        var process = space.Start(new ProcessSpec(program, device, "1600", $"{bufferBytes}", WolFilter.ForEthernet(WolPorts.Default)), Path.Combine(folder, "yardstick.log"));
        await process.WaitForLineAsync(l => l == "ready", StartTime, cancellationToken);
        return process;
    }
}
