using System.Text.RegularExpressions;

namespace KubeWol.Api.Tests.Docs;

/// <summary>One Markdown file of the repository, as far as these tests look at it.</summary>
internal sealed partial class Document(string path)
{
    private readonly string[] _lines = File.ReadAllLines(path);

    /// <summary>Every document that people read: the repository's own, the docs, and those beside what they are about.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory.GetFiles(Repository.Root, "*.md").Concat(((string[])["docs", "charts", "config", "tests"]).SelectMany(Below))
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal),
    ];

    public static Document Of(string name) => new(Repository.File(name));

    /// <summary>What headings can be linked to, by GitHub's rules: lower case, blanks to hyphens, no other punctuation, a number for the second of a name.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>();
            foreach (var heading in Outside().Select(l => Heading().Match(l)).Where(m => m.Success))
            {
                var words = Link().Replace(heading.Groups[1].Value, "$1").ToLowerInvariant().Replace(' ', '-');
                var anchor = string.Concat(words.Where(c => char.IsLetterOrDigit(c) || c is '-' or '_'));
                for (var (n, next) = (1, anchor); !anchors.Add(next); n++) next = $"{anchor}-{n}";
            }

            return anchors;
        }
    }

    /// <summary>The targets of its links and pictures.</summary>
    public IEnumerable<string> Links => Link().Matches(Prose).Select(m => m.Groups[2].Value);

    /// <summary>What stands between `backticks`.</summary>
    public IEnumerable<string> Quoted => Code().Matches(Prose).Select(m => m.Groups[1].Value);

    /// <summary>The text without its blocks.</summary>
    public string Prose => string.Join('\n', Outside());

    /// <summary>The blocks of these kinds, such as console.</summary>
    public IEnumerable<string> Blocks(params string[] kinds)
    {
        List<string>? block = null;
        foreach (var line in _lines)
        {
            var fence = Fence().Match(line);
            if (!fence.Success)
            {
                block?.Add(line);
            }
            else if (block is null)
            {
                block = [fence.Groups[1].Value];
            }
            else
            {
                if (kinds.Contains(block[0])) yield return string.Join('\n', block.Skip(1));
                block = null;
            }
        }
    }

    private IEnumerable<string> Outside()
    {
        var inside = false;
        foreach (var line in _lines)
        {
            if (Fence().IsMatch(line)) inside = !inside;
            else if (!inside) yield return line;
        }
    }

    private static IEnumerable<string> Below(string folder) =>
        Directory.GetFiles(Repository.File(folder), "*.md", SearchOption.AllDirectories).Where(f => !f.Contains("node_modules", StringComparison.Ordinal));

    [GeneratedRegex("^#{1,6} (.+?)\\s*$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("^\\s*```(\\w*)")]
    private static partial Regex Fence();
}
