namespace KubeWol.TestBed;

/// <summary>The programs under test, as this build made them.</summary>
public static class Programs
{
    public static string Agent => Find("KubeWol.Agent", "kubewol-agent");

    /// <summary>The agent on a node whose clock is wrong by --clock-offset seconds.</summary>
    public static string SkewedAgent => Find("KubeWol.SkewedAgent", "kubewol-skewed-agent");

    public static string Operator => Find("KubeWol.Operator", "kubewol-operator");

    /// <summary>…/artifacts/bin/PROJECT/CONFIGURATION/ lies beside our own output.</summary>
    private static string Find(string project, string program)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, program);
    }
}
