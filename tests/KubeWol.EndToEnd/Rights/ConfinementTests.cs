using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;

namespace KubeWol.EndToEnd.Rights;

/// <summary>The agents and operators of these tests run as the chart's pods say, and cannot do what those forbid.</summary>
public sealed class ConfinementTests(Bed bed)
{
    /// <summary>capability.h: the capabilities that the chart names.</summary>
    private static readonly Dictionary<string, int> CapabilityBits = new() { ["NET_RAW"] = 13 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_runs_as_its_DaemonSet_says_and_wakes_a_machine()
    {
        Check(Container("DaemonSet", "kubewol-agent"), bed.Agents[0]);
        var machine = await bed.CreateMachineAsync("confined");
        await bed.SendAsync("wakeonlan", machine.Mac!);
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
    }

    [Fact]
    public void Every_agent_of_the_bed_is_native_code() => Assert.All(bed.Agents, agent =>
        Assert.True(new FileInfo($"/proc/{agent.Id}/exe").LinkTarget!.EndsWith("/kubewol-agent", StringComparison.Ordinal), "the native agent is older than the build: run make native"));

    [Fact]
    public void An_operator_runs_as_its_Deployment_says() => Check(Container("Deployment", "kubewol-operator"), bed.Operators[0]);

    [Theory]
    [InlineData("open(my $f, '>', '/probe') or die $!", "Read-only file system")]
    [InlineData("open(my $f, '>', '/app/probe') or die $!", "Read-only file system")]
    [InlineData("open(my $f, '>', '/etc/probe') or die $!", "Read-only file system")]
    [InlineData("open(my $f, '>', '/proc/sys/net/ipv4/ip_forward') or die $!", "Read-only file system")]
    [InlineData("syscall(165, my $a='tmpfs', my $b='/dev', my $c='tmpfs', 0, 0) == 0 or die $!", "Operation not permitted")] // mount
    [InlineData("$> = 65534; die $! if $! + 0", "Operation not permitted")] // setuid, even to less
    [InlineData("socket(my $s, 16, 3, 9) or die $!", "Invalid argument")] // NETLINK_AUDIT: the filter's own answer
    [InlineData("syscall(256, 0, 0, 0, 0) == 0 or die $!", "Operation not permitted")] // migrate_pages: an invalid argument where no filter is
    [InlineData("die join ' ', sort glob('/proc/[0-9]*')", "/proc/1")] // nobody else's process is in sight
    public async Task What_the_pod_forbids_is_refused(string perl, string refusal)
    {
        var answer = await bed.Installation.RunInsteadOfAgentAsync(bed.Network.Node("node-a"), ["/usr/bin/perl", "-e", perl], Cancel);
        Assert.False(answer.Succeeded);
        Assert.StartsWith($"{refusal} at -e line 1.", answer.Error, StringComparison.Ordinal);
    }

    /// <summary>What the others are refused is refused by the confinement, and not by something else.</summary>
    [Theory]
    [InlineData("socket(my $s, 17, 3, 0x0300) or die $!")] // a raw packet socket: what NET_RAW is for
    [InlineData("-d '/sys/class/net/eth0' or die 'no eth0'")] // the node's own network
    public async Task What_an_agent_needs_is_allowed(string perl)
    {
        var answer = await bed.Installation.RunInsteadOfAgentAsync(bed.Network.Node("node-a"), ["/usr/bin/perl", "-e", perl], Cancel);
        Assert.True(answer.Succeeded, answer.Error);
    }

    private (JsonNode Pod, JsonNode Container) Container(string kind, string name)
    {
        var pod = bed.Installation.Chart.Find(kind, name)["spec"]!["template"]!["spec"]!;
        return (pod, Assert.Single(pod["containers"]!.AsArray())!);
    }

    private static void Check((JsonNode Pod, JsonNode Container) rendered, RunningProgram program)
    {
        var security = rendered.Container["securityContext"]!;
        Assert.Equal(["ALL"], security["capabilities"]!["drop"]!.AsArray().Select(c => (string)c!));
        var user = (int)(security["runAsUser"] ?? rendered.Pod["securityContext"]!["runAsUser"])!;
        var bounding = (security["capabilities"]!["add"]?.AsArray() ?? []).Sum(c => 1L << CapabilityBits[(string)c!]);
        // exec(2) takes the effective capabilities from everybody but root (capabilities(7)).
        var effective = user == 0 ? bounding : 0;
        var status = File.ReadLines($"/proc/{program.Id}/status").Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(l => l[0], l => l[1]);
        Assert.Equal([user, user, user, user], status["Uid"].Split('\t').Select(u => int.Parse(u, CultureInfo.InvariantCulture)));
        Assert.Equal((bounding, effective, effective, 0, 0), (Capabilities("CapBnd"), Capabilities("CapPrm"), Capabilities("CapEff"), Capabilities("CapInh"), Capabilities("CapAmb")));
        Assert.False((bool)security["allowPrivilegeEscalation"]!);
        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Equal("RuntimeDefault", (string?)rendered.Pod["securityContext"]!["seccompProfile"]!["type"]);
        Assert.Equal("2", status["Seccomp"]);

        Assert.True((bool)security["readOnlyRootFilesystem"]!);
        // mountinfo: fifth the place, sixth the options.
        var mounts = File.ReadLines($"/proc/{program.Id}/mountinfo").Select(line => line.Split(' ')).ToDictionary(m => m[4], m => m[5].Split(','));
        Assert.Contains("ro", mounts["/"]);
        Assert.Contains("ro", mounts["/var/run/secrets/kubernetes.io/serviceaccount"]);
        var volumes = rendered.Container["volumeMounts"]?.AsArray().Select(v => (string)v!["mountPath"]!) ?? [];
        Assert.Equal(((string[])["/dev", "/dev/shm", "/proc", .. volumes]).Order(), mounts.Where(m => m.Value.Contains("rw") && !m.Key.StartsWith("/proc/", StringComparison.Ordinal)).Select(m => m.Key).Order());

        long Capabilities(string set) => long.Parse(status[set], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
