namespace KubeWol.TestBed;

/// <summary>The programs under test, as this build made them.</summary>
public static class Programs
{
    /// <summary>The agent as native code, which is what the image has (eng/agent.sh); the managed one where that is older than the build.</summary>
    public static string Agent
    {
        get
        {
            var managed = Find("KubeWol.Agent", "kubewol-agent");
            var native = Path.Combine(Artifacts, "publish", "KubeWol.Agent", Configuration, "kubewol-agent");
            var built = new DirectoryInfo(Path.GetDirectoryName(managed)!).EnumerateFiles("*ube*ol*.dll").Max(f => f.LastWriteTimeUtc);
            return File.Exists(native) && File.GetLastWriteTimeUtc(native) >= built ? native : managed;
        }
    }

    /// <summary>The agent on a node whose clock is wrong by --clock-offset seconds.</summary>
    public static string SkewedAgent => Find("KubeWol.SkewedAgent", "kubewol-skewed-agent");

    public static string Operator => Find("KubeWol.Operator", "kubewol-operator");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    /// <summary>Our own output is …/artifacts/bin/PROJECT/CONFIGURATION/.</summary>
    private static string Artifacts => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.FullName;

    private static string Find(string project, string program) => Path.Combine(Artifacts, "bin", project, Configuration, program);
}
