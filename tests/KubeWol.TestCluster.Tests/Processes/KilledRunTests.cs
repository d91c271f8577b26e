using System.Globalization;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tests.Processes;

/// <summary>What a test run leaves behind, ended in good order or killed in the middle (this program, run by itself with one test).</summary>
public sealed class KilledRunTests
{
    private const string ReportVariable = "KUBEWOL_TEST_VICTIM_REPORT";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_run_leaves_no_process_and_the_next_one_clears_the_rest_away()
    {
        using var state = new StateDirectory();
        var report = state.File("report");
        var victim = ChildProcess.Start(
            new ProcessSpec(Environment.ProcessPath!, "-method", $"{typeof(KilledRunTests).FullName}.{nameof(A_run_that_ends_leaves_nothing)}")
            {
                Environment = new Dictionary<string, string?> { [ReportVariable] = report },
            },
            state.File("victim.log"));
        await Eventually.BecomesTrueAsync("the other run is up", () => victim.HasExited || File.Exists(report), Cancel);
        Assert.False(victim.HasExited, string.Join('\n', victim.Lines));
        var left = await File.ReadAllLinesAsync(report, Cancel);
        Assert.All(left, path => Assert.True(Path.Exists(path), path));

        await victim.KillAsync(Cancel);
        await victim.DisposeAsync();

        await Eventually.BecomesTrueAsync(
            "its children are gone", () => left.Where(path => path.StartsWith("/proc/", StringComparison.Ordinal)).All(path => !Path.Exists(path)), Cancel);
        await using var network = await NodeNetwork.CreateAsync([], Cancel);
        using var another = new StateDirectory();
        Assert.All(left, path => Assert.False(Path.Exists(path), path));
    }

    [Fact]
    public async Task A_run_that_ends_leaves_nothing()
    {
        string[] left;
        using (var state = new StateDirectory())
        {
            await using var api = await ApiServer.StartAsync(Cancel);
            await using var network = await NodeNetwork.CreateAsync(["node-a"], Cancel);
            var node = network.Node("node-a").Namespace;
            await using var inside = node.Start(new ProcessSpec("bash", "-c", "echo up; exec sleep 600"), state.File("log"));
            await inside.WaitForLineAsync(line => line == "up", TimeSpan.FromSeconds(20), Cancel);
            left = [Proc(api.Process), Proc(api.EtcdProcess), Proc(inside), api.StatePath, state.Path, Netns(node), Netns(network.Sender.Namespace)];
            Assert.All(left, path => Assert.True(Path.Exists(path), path));

            if (Environment.GetEnvironmentVariable(ReportVariable) is { } report)
            {
                await File.WriteAllLinesAsync(report + ".new", left, Cancel);
                File.Move(report + ".new", report);
                await inside.Exited.WaitAsync(Cancel); // the kill comes before
            }
        }
        Assert.All(left, path => Assert.False(Path.Exists(path), path));
    }

    private static string Proc(ChildProcess process) => "/proc/" + process.Id.ToString(CultureInfo.InvariantCulture);

    private static string Netns(NetworkNamespace ns) => "/run/netns/" + ns.Name;
}
