using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using KubeWol.TestBed;
using KubeWol.TestCluster.Processes;
using YamlDotNet.Serialization;

namespace KubeWol.Cli.Tests;

/// <summary>The manifest that krew installs the plugin by, made the way a release makes it.</summary>
public sealed partial class KrewTests : IDisposable
{
    private static readonly string[] Architectures = ["amd64", "arm64"];
    private readonly Folder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_manifest_matches_the_archives_and_the_program()
    {
        var manifest = await MakeAsync("1.2.3", Architectures);
        Assert.Equal(("krew.googlecontainertools.github.com/v1alpha2", "Plugin", "wol"), ((string)manifest["apiVersion"], (string)manifest["kind"], (string)Map(manifest["metadata"])["name"]));
        var spec = Map(manifest["spec"]);
        Assert.Equal("v1.2.3", spec["version"]);
        Assert.InRange(((string)spec["shortDescription"]).Length, 1, 50); // krew shows it in one column
        var platforms = List(spec["platforms"]).Select(Map).ToList();
        Assert.Equal(Architectures, platforms.Select(p => (string)Map(Map(p["selector"])["matchLabels"])["arch"]));
        Assert.All(platforms, platform =>
        {
            var archive = ((string)platform["uri"]).Split('/')[^1];
            Assert.StartsWith("https://github.com/kubewol/kubewol/releases/download/v1.2.3/", (string)platform["uri"], StringComparison.Ordinal);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder.File(archive)))), platform["sha256"]);
            // As krew does: unpack, take the files, find the program among them.
            var files = Unpack(archive);
            Assert.All(List(platform["files"]).Select(Map), file => Assert.Contains((string)file["from"], files.Keys));
            Assert.Equal(File.ReadAllBytes(Programs.Plugin), files[(string)platform["bin"]].Octets);
            Assert.True(files["kubectl-wol"].Mode.HasFlag(UnixFileMode.OtherExecute));
        });
        Assert.Equal($"kubectl-{Map(manifest["metadata"])["name"]}", Path.GetFileName(Programs.Plugin)); // what kubectl looks for
    }

    [Fact]
    public async Task Packed_twice_it_is_the_same_archive()
    {
        _ = await MakeAsync("1.2.3", Architectures);
        var first = await File.ReadAllBytesAsync(_folder.File("kubectl-wol-linux-amd64.tar.gz"), Cancel);
        _ = await MakeAsync("1.2.3", Architectures);
        Assert.Equal(first, await File.ReadAllBytesAsync(_folder.File("kubectl-wol-linux-amd64.tar.gz"), Cancel));
    }

    [Fact]
    public async Task A_platform_that_was_not_packed_is_not_published()
    {
        var run = await RunAsync("1.2.3", ["amd64"]);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains("not all platforms of krew/wol.yaml were given", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_knows_its_version() => Assert.Matches(Version(), (await Command.RunAsync(new ProcessSpec(Programs.Plugin, "--version"), Cancel)).Checked.Trim());

    private Task<CommandResult> RunAsync(string version, IEnumerable<string> architectures) =>
        Command.RunAsync(new ProcessSpec("bash", [Repository.File("eng", "krew.sh"), version, _folder.Path, .. architectures.Select(a => $"{a}={Programs.Plugin}")]), Cancel);

    private async Task<Dictionary<object, object>> MakeAsync(string version, IEnumerable<string> architectures) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>((await RunAsync(version, architectures)).Checked);

    private Dictionary<string, (UnixFileMode Mode, byte[] Octets)> Unpack(string archive)
    {
        using var file = File.OpenRead(_folder.File(archive));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var files = new Dictionary<string, (UnixFileMode, byte[])>();
        while (tar.GetNextEntry() is { } entry)
        {
            using var octets = new MemoryStream();
            entry.DataStream!.CopyTo(octets);
            files[entry.Name] = (entry.Mode, octets.ToArray());
        }

        return files;
    }

    private static Dictionary<object, object> Map(object node) => Assert.IsType<Dictionary<object, object>>(node);

    private static List<object> List(object node) => Assert.IsType<List<object>>(node);

    [GeneratedRegex(@"^\d+\.\d+\.\d+")]
    private static partial Regex Version();
}
