namespace KubeWol.Api.Tests;

/// <summary>The checkout these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string File(params ReadOnlySpan<string> path) => Path.Combine([Root, .. path]);

    private static string Find(DirectoryInfo? folder) => folder switch
    {
        null => throw new DirectoryNotFoundException($"no KubeWol.sln above {AppContext.BaseDirectory}"),
        _ when System.IO.File.Exists(Path.Combine(folder.FullName, "KubeWol.sln")) => folder.FullName,
        _ => Find(folder.Parent),
    };
}
