namespace KubeWol.Monitoring.Tests;

/// <summary>The repository these tests were built in: its documents are generated and judged here.</summary>
internal static class Repository
{
    private const string WriteVariable = "KUBEWOL_WRITE_DOCS";

    private static readonly string Root = Find(new DirectoryInfo(AppContext.BaseDirectory)).FullName;

    /// <summary>Set by <c>make docs</c>: documents are written instead of judged.</summary>
    public static bool IsWritten => Environment.GetEnvironmentVariable(WriteVariable) is { Length: > 0 };

    public static string File(params string[] path) => Path.Combine([Root, .. path]);

    private static DirectoryInfo Find(DirectoryInfo folder) => System.IO.File.Exists(Path.Combine(folder.FullName, "KubeWol.sln"))
        ? folder
        : Find(folder.Parent ?? throw new DirectoryNotFoundException("no KubeWol.sln above the tests"));
}
