using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tests.Processes;

/// <summary>Starting, watching and ending programs.</summary>
public sealed class ChildProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly StateDirectory _state = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Both_outputs_go_to_the_log_and_can_be_waited_for()
    {
        await using var child = Start("echo out; echo err >&2; exec sleep 60");

        Assert.Equal("out", await child.WaitForLineAsync(line => line == "out", Patience, Cancel));
        Assert.Equal("err", await child.WaitForLineAsync(line => line.StartsWith('e'), Patience, Cancel));
        Assert.Equal(["err", "out"], (await File.ReadAllLinesAsync(child.LogFile, Cancel)).Order());
        Assert.False(child.HasExited);
    }

    [Fact]
    public async Task Waiting_for_a_line_ends_when_the_program_does()
    {
        await using var child = Start("echo last words; exit 3");

        var failure = await Assert.ThrowsAsync<TestClusterException>(() => child.WaitForLineAsync(line => line == "never", Patience, Cancel));

        Assert.Contains("ended with 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("last words", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_for_a_line_ends_when_the_time_is_up()
    {
        await using var child = Start("exec sleep 60");

        var failure = await Assert.ThrowsAsync<TestClusterException>(() => child.WaitForLineAsync(line => line == "never", TimeSpan.FromMilliseconds(1), Cancel));

        Assert.Contains("did not write the awaited line", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_may_end_in_good_order()
    {
        await using var child = Start("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
        await child.WaitForLineAsync(line => line == "ready", Patience, Cancel);

        Assert.Equal(0, await child.StopAsync(Cancel));
        Assert.Contains("bye", child.Lines);
    }

    [Fact]
    public async Task A_killed_program_is_gone_with_128_and_9()
    {
        await using var child = Start("trap '' TERM; exec sleep 60");

        Assert.Equal(128 + 9, await child.KillAsync(Cancel));
        Assert.False(Directory.Exists($"/proc/{child.Id}"));
    }

    [Fact]
    public async Task A_stopped_program_can_still_be_ended()
    {
        await using var child = Start("exec sleep 60");
        child.Send(Signal.Stop);

        Assert.Equal(128 + 15, await child.StopAsync(Cancel));
    }

    [Fact]
    public async Task Its_memory_and_time_can_be_asked_for()
    {
        await using var child = Start("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo counted; kill -STOP $$");
        await child.WaitForLineAsync(line => line == "counted", Patience, Cancel);

        var usage = child.Usage;

        Assert.InRange(usage.ResidentBytes, 100_000, 100_000_000);
        Assert.InRange(usage.PeakResidentBytes, usage.ResidentBytes, 100_000_000);
        Assert.InRange(usage.UserTime + usage.SystemTime, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_program_that_is_not_installed_is_named()
    {
        var failure = Assert.Throws<TestClusterException>(() => ChildProcess.Start(new ProcessSpec("no-such-program"), _state.File("log")));

        Assert.Equal("The program no-such-program is not installed: run eng/setup.sh.", failure.Message);
    }

    [Fact]
    public async Task A_command_is_given_its_input_and_environment()
    {
        var spec = new ProcessSpec("bash", "-c", "cat; echo \"$GREETING\"; pwd; exit 7")
        {
            Environment = new Dictionary<string, string?> { ["GREETING"] = "hello" },
            WorkingDirectory = "/usr",
        };

        var result = await Command.RunAsync(spec, "in\n", Cancel);

        Assert.Equal((7, "in\nhello\n/usr\n"), (result.ExitCode, result.Output));
        Assert.Throws<TestClusterException>(() => result.Checked);
    }

    private ChildProcess Start(string script) => ChildProcess.Start(new ProcessSpec("bash", "-c", script), _state.File("log"));
}
