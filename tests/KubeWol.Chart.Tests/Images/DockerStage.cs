using System.Text.Json;
using System.Text.RegularExpressions;

namespace KubeWol.Chart.Tests.Images;

/// <summary>One stage of a Dockerfile.</summary>
/// <param name="Base">The image or the stage that it begins with.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Instructions">The others, in order: the word and the rest.</param>
internal sealed partial record DockerStage(string Base, string Name, IReadOnlyList<(string Word, string Text)> Instructions)
{
    public static IReadOnlyList<DockerStage> Read(string dockerfile)
    {
        var stages = new List<DockerStage>();
        var lines = Continued().Replace(dockerfile, " ").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#');
        foreach (var (word, rest) in lines.Select(line => line.Split(' ', 2)).Select(words => (words[0], words[1])))
        {
            if (word == "FROM")
            {
                var words = rest.Split(' ').Where(w => !w.StartsWith("--", StringComparison.Ordinal)).ToList();
                stages.Add(new(words[0], words is [_, "AS", var name] ? name : "", new List<(string, string)>()));
            }
            else
            {
                ((List<(string, string)>)stages[^1].Instructions).Add((word, rest));
            }
        }

        return stages;
    }

    /// <summary>What is said last by a word, such as USER; null when nothing is.</summary>
    public string? Last(string word) => Instructions.LastOrDefault(i => i.Word == word).Text;

    /// <summary>The command line of ENTRYPOINT.</summary>
    public IReadOnlyList<string> EntryPoint => JsonSerializer.Deserialize<string[]>(Last("ENTRYPOINT")!)!;

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();
}
