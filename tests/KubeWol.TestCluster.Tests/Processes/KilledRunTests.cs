using System.Globalization;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tests.Processes;

/// <summary>A test run that is killed in the middle: this program runs itself with the one test below that only exists for that.</summary>
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
            new ProcessSpec(Environment.ProcessPath!, "-explicit", "only", "-method", $"{typeof(KilledRunTests).FullName}.{nameof(The_run_to_be_killed)}")
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

    [Fact(Explicit = true)]
    public async Task The_run_to_be_killed()
    {
        await using var api = await ApiServer.StartAsync(Cancel);
        await using var network = await NodeNetwork.CreateAsync(["node-a"], Cancel);
        var node = network.Node("node-a").Namespace;
        using var state = new StateDirectory();
        await using var inside = node.Start(new ProcessSpec("sleep", "600"), state.File("log"));
        string[] left =
        [
            Process(api.Process), Process(api.EtcdProcess), Process(inside), api.StatePath, state.Path, $"/run/netns/{node.Name}", $"/run/netns/{network.Sender.Namespace.Name}",
        ];
        var report = Environment.GetEnvironmentVariable(ReportVariable)!;
        await File.WriteAllLinesAsync(report + ".new", left, Cancel);
        File.Move(report + ".new", report);
        await inside.Exited.WaitAsync(Cancel);

        static string Process(ChildProcess process) => "/proc/" + process.Id.ToString(CultureInfo.InvariantCulture);
    }
}
