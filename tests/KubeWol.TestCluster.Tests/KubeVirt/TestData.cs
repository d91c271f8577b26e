using System.Reflection;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>The expectations, embedded beside the tests that read them.</summary>
internal static class TestData
{
    public static string Text(string name)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var resource = assembly.GetManifestResourceNames().Single(n => n.EndsWith(".KubeVirt." + name, StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    /// <summary>The lines that say something: no comments, no empty ones.</summary>
    public static IEnumerable<string> Lines(string name) =>
        Text(name).Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0 && !l.TrimStart().StartsWith('#'));
}
