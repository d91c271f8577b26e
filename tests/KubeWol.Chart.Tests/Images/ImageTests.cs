using System.Globalization;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestBed.Containers;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Chart.Tests.Images;

/// <summary>
/// The images, made by the script that the Dockerfile runs, of this machine's packages instead of Ubuntu's: agent and operator run in them as the chart's pods say, and
/// a frame that is heard wakes a machine.
/// </summary>
public sealed class ImageTests : IAsyncLifetime
{
    private const string Launch = "/.launcher";
    private const string Mac = "52:54:00:c4:a7:02";
    private const long NetRaw = 1L << 13; // capability.h

    private readonly StateDirectory _state = new();
    private Cluster _cluster = null!;
    private NodeNetwork _network = null!;

    private static readonly Dictionary<string, (string Program, string[] Opened)> Images = new()
    {
        ["agent"] = (Programs.Agent, ["libssl.so.3", "libcrypto.so.3", "libpcap.so.0.8"]),
        ["operator"] = (Programs.Operator, ["libssl.so.3", "libcrypto.so.3"]),
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var (name, (program, opened)) in Images)
        {
            Assert.True(File.Exists(program) && !File.Exists($"{program}.dll"), $"the native {name} is older than the build: run make native");
            string[] arguments = [RootOf(name), program, .. opened.Where(library => library.StartsWith("libpcap", StringComparison.Ordinal))];
            _ = (await Command.RunAsync(new ProcessSpec(Repository.File("eng", "image-root.sh"), arguments), Cancel)).Checked;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_network is not null) await _network.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
        _state.Dispose();
    }

    [Fact]
    public async Task Agent_and_operator_run_in_them_as_the_chart_says_and_a_frame_wakes_a_machine()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Cluster.GivenVariable) is null or "", "a cluster that was given to us may have KubeWol installed");
        _cluster = await Cluster.StartAsync(["node-a"], new StandInDelays(), Cancel);
        _network = await NodeNetwork.CreateAsync(["node-a"], Cancel);
        await using var installation = await Installation.CreateAsync(_cluster, Cancel);
        var launcher = await MakeLauncherAsync();
        (installation.AgentImage, installation.OperatorImage) = (ImageOf("agent"), ImageOf("operator"));
        await _cluster.ApplyAsync(new MachineManifest("default", "asleep") { Mac = Mac }, Cancel);
        var @operator = await installation.StartOperatorAsync("operator", [], Cancel);
        var agent = await installation.StartAgentAsync(_network.Node("node-a"), ["--interface", "eth*"], waitUntilReady: true, Cancel);
        IsConfined("agent", agent.Id, "0\t0\t0\t0", NetRaw);
        IsConfined("operator", @operator.Id, "65532\t65532\t65532\t65532", 0);

        _ = (await _network.Sender.Namespace.RunAsync(new ProcessSpec("etherwake", ["-i", "eth0", Mac]), Cancel)).Checked;
        await Eventually.BecomesTrueAsync("the machine was started", async () =>
            (await _cluster.RequestsAsync(Cancel)).SingleOrDefault() is { Spec: { Frame.Node: "node-a", Target.MacAddress: Mac }, Status.Reason: WakeReason.Started }, Cancel);

        ContainerImage ImageOf(string name) => new(RootOf(name), EntryPointOf(name), launcher, new Dictionary<string, string> { [Launch] = _state.File("launcher") });
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("operator")]
    public void It_has_neither_shell_nor_package_manager_nor_anything_that_may_become_another_user(string image)
    {
        var files = Directory.GetFiles(RootOf(image), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint });
        var programs = files.Where(file => (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0 && !file.Contains(".so", StringComparison.Ordinal));
        Assert.Equal([Path.Combine(RootOf(image), "app", $"kubewol-{image}")], programs);
        Assert.DoesNotContain(files, file => (File.GetUnixFileMode(file) & (UnixFileMode.SetUser | UnixFileMode.SetGroup | UnixFileMode.OtherWrite)) != 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{image}: {files.Length} files, {files.Sum(file => new FileInfo(file).Length) / 1048576.0:0.0} MiB");
    }

    [Theory]
    [InlineData("agent", "libpcap0.8")]
    [InlineData("operator", "libssl3")]
    public void It_says_of_which_packages_it_is_made_and_under_which_licences(string image, string package)
    {
        var packages = Directory.GetFiles(Path.Combine(RootOf(image), "var", "lib", "dpkg", "status.d"));
        Assert.Contains(packages, file => Path.GetFileName(file).StartsWith(package, StringComparison.Ordinal));
        Assert.All(packages, file =>
        {
            Assert.Contains("\nVersion: ", File.ReadAllText(file), StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(RootOf(image), "usr", "share", "doc", Path.GetFileName(file), "copyright")), $"no licence of {file}");
        });
    }

    private static IReadOnlyList<string> EntryPointOf(string image) => DockerStage.Read(Repository.Read("Dockerfile")).Single(s => s.Name == image).EntryPoint;

    private string RootOf(string image) => _state.File($"root-{image}");

    private void IsConfined(string image, int process, string users, long capabilities)
    {
        var status = File.ReadLines($"/proc/{process}/status").Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(l => l[0], l => l[1]);
        Assert.Equal(users, status["Uid"]);
        Assert.All((string[])["CapBnd", "CapPrm", "CapEff"], set => Assert.Equal(capabilities, long.Parse(status[set], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        Assert.Equal(("1", "2"), (status["NoNewPrivs"], status["Seccomp"]));
        Assert.Equal(EntryPointOf(image)[0], new FileInfo($"/proc/{process}/exe").LinkTarget);
        Assert.Contains(File.ReadLines($"/proc/{process}/mountinfo").Select(line => line.Split(' ')), mount => mount[4] == "/" && mount[5].Split(',').Contains("ro"));
        // Every library is the image's, and those that no linker knew of are among them.
        var loaded = File.ReadLines($"/proc/{process}/maps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(m => m.Length > 5 && m[5].Contains(".so", StringComparison.Ordinal)).Select(m => m[5]).Distinct().ToList();
        Assert.All(loaded, library => Assert.True(File.Exists(RootOf(image) + library), $"{library} is not the image's"));
        Assert.All(Images[image].Opened, name => Assert.Contains(loaded, library => Path.GetFileName(library) == name));
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
