using System.Text.Json;

namespace KubeWol.EndToEnd.Rights;

/// <summary>One line of the API server's authorization log: who asked for what, and whether it was allowed.</summary>
public sealed record Decision(string User, string Verb, string Group, string Resource, string Subresource, string Namespace, string Name, string Path, bool Allowed)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The resource as rules write it.</summary>
    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    public override string ToString() => Resource.Length == 0
        ? $"{Verb} {Path}"
        : $"{Verb} {FullResource}{(Group.Length == 0 ? "" : $".{Group}")}{(Name.Length == 0 ? "" : $" {Name}")}{(Namespace.Length == 0 ? "" : $" in {Namespace}")}";

    /// <summary>What is in the log so far about the service accounts of a namespace.</summary>
    public static IReadOnlyList<Decision> Read(string log, string ns)
    {
        var found = new List<Decision>();
        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var text = new StreamReader(file).ReadToEnd();
        // The server may be in the middle of a line.
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.Contains($"\"system:serviceaccount:{ns}:", StringComparison.Ordinal)) continue;
            found.Add(JsonSerializer.Deserialize<Decision>(line, Json)!);
        }

        return found;
    }
}
