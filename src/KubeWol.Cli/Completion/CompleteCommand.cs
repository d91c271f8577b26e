using System.CommandLine;
using System.CommandLine.Completions;

namespace KubeWol.Cli.Completion;

/// <summary>
/// What could be typed next, one a line with its description behind a tab, then a directive: the protocol of Cobra (spf13/cobra, completions.go),
/// which kubectl speaks with its plugins.
/// </summary>
internal static class CompleteCommand
{
    private const int NoFiles = 4;
    private const int Default = 0;

    public static Command Create(Surroundings around, RootCommand root)
    {
        // Not options of ours: they are part of the line that is completed.
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.ZeroOrMore, CaptureRemainingTokens = true };
        var command = new Command("__complete") { words };
        command.Hidden = true;
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(given =>
        {
            string[] line = [.. given.GetValue(words) ?? [], .. given.UnmatchedTokens];
            var found = Of(root, line);
            foreach (var item in found) around.Terminal.Out.WriteLine(item.Detail is { Length: > 0 } detail ? $"{item.Label}\t{detail}" : item.Label);
            around.Terminal.Out.WriteLine($":{(found.Count > 0 ? NoFiles : Default)}");
        });
        return command;
    }

    private static List<CompletionItem> Of(RootCommand root, string[] line)
    {
        var typed = line is [.., var last] ? last : "";
        // Options are many: they are told to whoever has begun one.
        return [.. root.Parse(line).GetCompletions(typed.Length).Where(c => c.Label.StartsWith(typed, StringComparison.Ordinal) && c.Label.StartsWith('-') == typed.StartsWith('-') && c.Label is not ("-?" or "-h")).DistinctBy(c => c.Label)];
    }
}
