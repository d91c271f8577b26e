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
        return [.. Next(root, line.SkipLast(1), typed.StartsWith('-')).Where(c => c.Label.StartsWith(typed, StringComparison.Ordinal))];
    }

    /// <summary>All that could follow. Options are many: they are told to whoever has begun one.</summary>
    private static IEnumerable<CompletionItem> Next(Command command, IEnumerable<string> words, bool isOption)
    {
        var (open, given) = ((Option?)null, 0);
        foreach (var word in words)
        {
            if (open is not null) open = null; // its value
            else if (word.StartsWith('-')) open = command.Options.FirstOrDefault(o => (o.Name == word || o.Aliases.Contains(word)) && o.Arity.MinimumNumberOfValues > 0);
            else if (command.Subcommands.FirstOrDefault(c => c.Name == word) is { } sub) command = sub;
            else given++;
        }

        if (open is not null) return open.GetCompletions(CompletionContext.Empty);
        if (isOption) return command.Options.Select(Item);
        return command.Subcommands.Count > 0 ? command.Subcommands.Where(c => !c.Hidden).Select(Item)
            : command.Arguments.ElementAtOrDefault(given)?.GetCompletions(CompletionContext.Empty) ?? [];
    }

    private static CompletionItem Item(Symbol symbol) => new(symbol.Name, detail: symbol.Description);
}
