using System.Globalization;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Chart.Tests.Images;

/// <summary>
/// The agent's image, made by the script that the Dockerfile runs, of this machine's packages instead of Ubuntu's: the agent runs in it as the chart's pod says,
/// and hears a frame.
/// </summary>
public sealed class AgentImageTests : IAsyncLifetime
{
    private const string Launch = "/.launcher";
    private const string Mac = "52:54:00:c4:a7:02";
    private const long NetRaw = 1L << 13; // capability.h

    private readonly StateDirectory _state = new();
    private Cluster _cluster = null!;
    private NodeNetwork _network = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Root => _state.File("root");

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Programs.Agent) && !File.Exists($"{Programs.Agent}.dll"), "the native agent is older than the build: run make agent");
        _ = (await Command.RunAsync(new ProcessSpec(Repository.File("eng", "agent-root.sh"), [Root, Programs.Agent]), Cancel)).Checked;
    }

    public async ValueTask DisposeAsync()
    {
        if (_network is not null) await _network.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
        _state.Dispose();
    }

    [Fact]
    public async Task The_agent_runs_in_it_as_the_chart_says_and_hears_a_frame()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Cluster.GivenVariable) is null or "", "a cluster that was given to us may have KubeWol installed");
        _cluster = await Cluster.StartAsync(["node-a"], new StandInDelays(), Cancel);
        _network = await NodeNetwork.CreateAsync(["node-a"], Cancel);
        await using var installation = await Installation.CreateAsync(_cluster, Cancel);
        var entryPoint = DockerStage.Read(Repository.Read("Dockerfile")).Single(s => s.Name == "agent").EntryPoint;
        installation.AgentImage = new(Root, entryPoint, await MakeLauncherAsync(), new Dictionary<string, string> { [Launch] = _state.File("launcher") });
        var agent = await installation.StartAgentAsync(_network.Node("node-a"), ["--interface", "eth*"], waitUntilReady: true, Cancel);

        var status = File.ReadLines($"/proc/{agent.Id}/status").Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(l => l[0], l => l[1]);
        Assert.Equal("0\t0\t0\t0", status["Uid"]);
        Assert.All((string[])["CapBnd", "CapPrm", "CapEff"], set => Assert.Equal(NetRaw, long.Parse(status[set], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        Assert.Equal(("1", "2"), (status["NoNewPrivs"], status["Seccomp"]));
        Assert.Equal(entryPoint[0], new FileInfo($"/proc/{agent.Id}/exe").LinkTarget);
        Assert.Contains(File.ReadLines($"/proc/{agent.Id}/mountinfo").Select(line => line.Split(' ')), mount => mount[4] == "/" && mount[5].Split(',').Contains("ro"));
        // Every library is the image's, and OpenSSL and libpcap, which no linker knew of, are among them.
        var loaded = File.ReadLines($"/proc/{agent.Id}/maps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(m => m.Length > 5 && m[5].Contains(".so", StringComparison.Ordinal)).Select(m => m[5]).Distinct().ToList();
        Assert.All(loaded, library => Assert.True(File.Exists(Root + library), $"{library} is not the image's"));
        Assert.All((string[])["libpcap.so.0.8", "libssl.so.3", "libcrypto.so.3"], name => Assert.Contains(loaded, library => Path.GetFileName(library) == name));

        _ = (await _network.Sender.Namespace.RunAsync(new ProcessSpec("etherwake", ["-i", "eth0", Mac]), Cancel)).Checked;
        await Eventually.BecomesTrueAsync("a WakeRequest says what it heard", async () => (await _cluster.RequestsAsync(Cancel)).SingleOrDefault()?.Spec is { Frame.Node: "node-a", Target.MacAddress: Mac }, Cancel);
    }

    [Fact]
    public void It_has_neither_shell_nor_package_manager_nor_anything_that_may_become_another_user()
    {
        var files = Directory.GetFiles(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });
        var programs = files.Where(file => (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0 && !file.Contains(".so", StringComparison.Ordinal));
        Assert.Equal([Path.Combine(Root, "app", "kubewol-agent")], programs);
        Assert.DoesNotContain(files, file => (File.GetUnixFileMode(file) & (UnixFileMode.SetUser | UnixFileMode.SetGroup | UnixFileMode.OtherWrite)) != 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{files.Length} files, {files.Sum(file => new FileInfo(file).Length) / 1048576.0:0.0} MiB");
    }

    [Fact]
    public void It_says_of_which_packages_it_is_made_and_under_which_licences()
    {
        var packages = Directory.GetFiles(Path.Combine(Root, "var", "lib", "dpkg", "status.d"));
        Assert.Contains(packages, file => Path.GetFileName(file).StartsWith("libpcap0.8", StringComparison.Ordinal));
        Assert.All(packages, file =>
        {
            Assert.Contains("\nVersion: ", File.ReadAllText(file), StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(Root, "usr", "share", "doc", Path.GetFileName(file), "copyright")), $"no licence of {file}");
        });
    }

    /// <summary>setpriv with the libraries that it needs, run by a loader of its own: what it starts sees none of them.</summary>
    private async Task<IReadOnlyList<string>> MakeLauncherAsync()
    {
        var folder = Directory.CreateDirectory(_state.File("launcher")).FullName;
        var needed = (await Command.RunAsync(new ProcessSpec("ldd", ["/usr/bin/setpriv"]), Cancel)).Checked
            .Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.StartsWith('/')).ToList();
        foreach (var file in needed.Append("/usr/bin/setpriv")) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var loader = needed.Single(file => Path.GetFileName(file).StartsWith("ld-linux", StringComparison.Ordinal));
        return [$"{Launch}/{Path.GetFileName(loader)}", "--library-path", Launch, $"{Launch}/setpriv", "--pdeathsig", "KILL", "--"];
    }
}
