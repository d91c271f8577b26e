namespace KubeWol.TestBed;

/// <summary>The programs under test, as this build made them.</summary>
public static class Programs
{
    /// <summary>The agent as native code, which is what the image has (eng/native.sh); the managed one where that is older than the build.</summary>
    public static string Agent => Native("KubeWol.Agent", "kubewol-agent");

    /// <summary>kubectl wol as native code, which is what users have; the managed one where that is older than the build.</summary>
    public static string Plugin => Native("KubeWol.Cli", "kubectl-wol");

    /// <summary>The agent on a node whose clock is wrong by --clock-offset seconds.</summary>
    public static string SkewedAgent => Find("KubeWol.SkewedAgent", "kubewol-skewed-agent");

    /// <summary>The operator as native code, likewise.</summary>
    public static string Operator => Native("KubeWol.Operator", "kubewol-operator");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    /// <summary>Our own output is …/artifacts/bin/PROJECT/CONFIGURATION/.</summary>
    private static string Artifacts => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.FullName;

    private static string Native(string project, string program)
    {
        var managed = Find(project, program);
        var native = Path.Combine(Artifacts, "publish", project, Configuration, program);
        var built = new DirectoryInfo(Path.GetDirectoryName(managed)!).EnumerateFiles("*ube*ol*.dll").Max(f => f.LastWriteTimeUtc);
        return File.Exists(native) && File.GetLastWriteTimeUtc(native) >= built ? native : managed;
    }

    private static string Find(string project, string program) => Path.Combine(Artifacts, "bin", project, Configuration, program);
}
