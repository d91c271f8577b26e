using System.Text.RegularExpressions;
using KubeWol.TestBed;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Running;

/// <summary>What agents say of messages that they heard and ask nobody for. The sender's address says which message it was.</summary>
internal static partial class TurnedAway
{
    public static IReadOnlyDictionary<int, string> In(IEnumerable<RunningProgram> agents)
    {
        var found = new Dictionary<int, string>();
        foreach (var line in agents.SelectMany(a => a.Process.Lines))
        {
            if (Unknown().Match(line) is { Success: true } match && SentMessage.NumberOf(match.Groups[1].Value) is { } number) found[number] = "UnknownMac";
        }

        return found;
    }

    [GeneratedRegex(@"\[116\] No machine has the address \S+ that (\S+) called")]
    private static partial Regex Unknown();
}
