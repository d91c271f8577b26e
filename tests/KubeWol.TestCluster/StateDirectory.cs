namespace KubeWol.TestCluster;

/// <summary>A directory of a test cluster's own under the temporary directory; KUBEWOL_TEST_KEEP=1 keeps it for a look afterwards.</summary>
public sealed class StateDirectory : IDisposable
{
    public StateDirectory()
    {
        var parent = Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), "kubewol-test"));
        foreach (var orphan in parent.EnumerateDirectories().Where(d => OwnedName.IsOrphan(d.Name))) Delete(orphan.FullName);
        Path = parent.CreateSubdirectory(OwnedName.Next()).FullName;
    }

    public string Path { get; }

    /// <summary>Set when something went wrong whose logs somebody will want to read.</summary>
    public bool Keep { get; set; } = Environment.GetEnvironmentVariable("KUBEWOL_TEST_KEEP") is { Length: > 0 };

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string content)
    {
        System.IO.File.WriteAllText(File(name), content);
        return File(name);
    }

    public void Dispose()
    {
        if (!Keep) Delete(Path);
    }

    private static void Delete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Two runs may clear the same orphan at once.
        }
    }
}
