namespace KubeWol.Chart.Tests;

/// <summary>The files that these tests are about, where they are kept: some are written by the tests when they are told to.</summary>
internal static class Repository
{
    /// <summary>Set by <c>make chart-docs</c>: write what is generated instead of judging it.</summary>
    private const string Write = "KUBEWOL_WRITE_DOCS";

    private static readonly string Root = Above(new DirectoryInfo(AppContext.BaseDirectory)).FullName;

    public static string Chart { get; } = File("charts", "kubewol");

    public static string File(params IEnumerable<string> path) => Path.Combine([Root, .. path]);

    /// <summary>A file of this project, not of its output.</summary>
    public static string Own(params IEnumerable<string> path) => File(["tests", "KubeWol.Chart.Tests", .. path]);

    public static string Read(params IEnumerable<string> path) => System.IO.File.ReadAllText(File(path));

    /// <summary>That a generated file is what would be generated now.</summary>
    public static void IsUpToDate(string file, string text)
    {
        if (Environment.GetEnvironmentVariable(Write) is { Length: > 0 })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllText(file, text);
        }

        Assert.True(System.IO.File.Exists(file), $"there is no {file}: run `make chart-docs`");
        var found = System.IO.File.ReadAllText(file);
        var line = found.Split('\n').Zip(text.Split('\n')).TakeWhile(lines => lines.First == lines.Second).Count();
        Assert.True(found == text, $"{file}, line {line + 1}: it is \"{LineOf(found, line)}\" and should be \"{LineOf(text, line)}\". Run `make chart-docs`, and read what changed");
    }

    private static string LineOf(string text, int line) => text.Split('\n').ElementAtOrDefault(line) ?? "";

    private static DirectoryInfo Above(DirectoryInfo folder) =>
        System.IO.File.Exists(Path.Combine(folder.FullName, "KubeWol.sln")) ? folder : Above(folder.Parent ?? throw new DirectoryNotFoundException("no KubeWol.sln above the tests"));
}
