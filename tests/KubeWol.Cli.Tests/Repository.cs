namespace KubeWol.Cli.Tests;

/// <summary>Files of the repository that come along with these tests.</summary>
internal static class Repository
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "repository");

    public static string File(params ReadOnlySpan<string> path) => Path.Combine([Folder, .. path]);
}
