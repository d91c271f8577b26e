using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KubeWol.Api.V1Alpha1;
using KubeWol.Cli.Explaining;
using KubeWol.TestBed;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Cli.Tests;

/// <summary>The operator's options, as its Deployment has them.</summary>
public sealed partial class InstalledOptionsTests
{
    [Fact]
    public void Without_arguments_they_are_the_operators_own_defaults()
    {
        var options = InstalledOptions.Of("kubewol-system", null);
        Assert.Equal([WakeAction.Wake], options.DefaultVerbs);
        Assert.Equal((SleepMode.Pause, "Always", TimeSpan.FromDays(30)), (options.DefaultSleepMode, options.StartAs, options.RememberMacsFor));
    }

    [Fact]
    public void What_the_chart_writes_is_read()
    {
        var options = InstalledOptions.Of("kubewol-system", new JsonArray(
            "--default-verbs=Wake,Sleep", "--default-sleep-mode=Stop", "--start-as=Manual", "--sleep-port=9101", "--move-port=9102", "--reversed-mac-sleeps", "--agent-ports=7,9,9101", "--agents-report-reversed-macs", "--remember-macs-for=7"));
        Assert.Equal([WakeAction.Wake, WakeAction.Sleep], options.DefaultVerbs);
        Assert.Equal((SleepMode.Stop, "Manual", TimeSpan.FromDays(7), true, true), (options.DefaultSleepMode, options.StartAs, options.RememberMacsFor, options.ReversedMacSleeps, options.AgentsReportReversedMacs));
        Assert.Equal([(9101, WakeAction.Sleep), (9102, WakeAction.Move)], options.Ports.Select(p => (p.Key, p.Value)).Order());
        Assert.True(options.AgentPorts!.Contains(9101));
        Assert.Empty(InstalledOptions.Of("kubewol-system", new JsonArray("--default-verbs=None")).DefaultVerbs);
    }

    [Fact]
    public async Task Every_option_that_is_read_is_one_of_the_operators()
    {
        var help = (await Command.RunAsync(new ProcessSpec(Programs.Operator, "--help"), TestContext.Current.CancellationToken)).Checked;
        var known = Name().Matches(help).Select(m => m.Value).ToHashSet();
        Assert.All((string[])["--default-verbs", "--default-sleep-mode", "--start-as", "--reversed-mac-sleeps", "--agents-report-reversed-macs", "--agent-ports", "--remember-macs-for", "--sleep-port", "--move-port", "--instantiate-port"], name => Assert.Contains(name, known));
    }

    [GeneratedRegex("--[a-z-]+")]
    private static partial Regex Name();
}
