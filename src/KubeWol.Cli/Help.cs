using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using KubeWol.Cli.Output;

namespace KubeWol.Cli;

/// <summary>The pages that --help shows: what System.CommandLine writes, then examples.</summary>
internal static class Help
{
    private const string Examples = "examples:";

    /// <summary>Says what a command does, and shows how; the examples go below the options.</summary>
    public static T WithExamples<T>(this T command, params ReadOnlySpan<string> lines)
        where T : Command
    {
        command.Description += $"\n{Examples}{string.Join('\n', lines!)}";
        return command;
    }

    /// <summary>The command as a person calls it: kubectl wol send.</summary>
    public static string NameOf(Command command)
    {
        var name = "";
        for (Symbol? at = command; at is not null; at = at.Parents.FirstOrDefault()) name = at is RootCommand ? $"kubectl wol{name}" : $" {at.Name}{name}";
        return name;
    }

    /// <summary>Gives the pages to a command and to all below it.</summary>
    public static void ApplyTo(RootCommand root, Terminal terminal)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Description = "Show this page.";
        help.Action = new Page((HelpAction)help.Action!, terminal, Texts(root));
    }

    /// <summary>Takes the examples out of the descriptions, which also stand in the list of commands.</summary>
    private static Dictionary<Command, string> Texts(Command command)
    {
        var texts = new Dictionary<Command, string>();
        foreach (var each in command.Subcommands.SelectMany(c => Texts(c))) texts.Add(each.Key, each.Value);
        if (command.Description?.Split($"\n{Examples}") is [var description, var examples])
        {
            command.Description = description;
            texts.Add(command, examples);
        }

        return texts;
    }

    private sealed class Page(HelpAction standard, Terminal terminal, Dictionary<Command, string> examples) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var command = parseResult.CommandResult.Command;
            using var page = new StringWriter();
            standard.MaxWidth = terminal.Width;
            parseResult.InvocationConfiguration.Output = page;
            standard.Invoke(parseResult);
            terminal.Out.WriteLine(page.ToString().Replace(RootCommand.ExecutableName, "kubectl wol", StringComparison.Ordinal).TrimEnd());
            if (examples.TryGetValue(command, out var lines)) terminal.Out.WriteLine($"\nExamples:\n  {lines.Replace("\n", "\n  ", StringComparison.Ordinal)}");
            if (command is RootCommand) terminal.Out.WriteLine("\nExit codes: 0 done, 1 not done, 2 wrong command line, 3 no cluster, 4 refused by the API server, 5 not in time, 6 not found, 130 interrupted.");
            return 0;
        }
    }
}
