namespace KubeWol.Torture.Running;

/// <summary>Takes the logs of a run that broke a promise to where no later run clears them away.</summary>
internal static class KeptLogs
{
    /// <returns>The folder: artifacts/torture/SEED-SECONDS beside our own output.</returns>
    public static string Keep(string logs, Report report)
    {
        var artifacts = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!;
        var folder = artifacts.CreateSubdirectory(Path.Combine("torture", $"{report.Plan.Seed}-{report.Plan.Length.TotalSeconds:0}")).FullName;
        foreach (var file in Directory.EnumerateFiles(logs)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "report.md"), report.ToString());
        File.WriteAllLines(Path.Combine(folder, "violations.txt"), report.Verdict.Violations.Select(v => v.ToString()));
        return folder;
    }
}
