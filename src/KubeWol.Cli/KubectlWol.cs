using System.CommandLine;
using System.CommandLine.Invocation;
using KubeWol.Cli.Agents;
using KubeWol.Cli.Asking;
using KubeWol.Cli.Completion;
using KubeWol.Cli.Doctor;
using KubeWol.Cli.Explaining;
using KubeWol.Cli.Output;
using KubeWol.Cli.Sending;

namespace KubeWol.Cli;

/// <summary>The whole command line.</summary>
internal static class KubectlWol
{
    /// <summary>Runs one command line to its end; returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, Surroundings around, CancellationToken cancellationToken)
    {
        var terminal = around.Terminal;
        var given = Tree(around).Parse(args);
        try
        {
            if (given.Action is ParseErrorAction) throw Misunderstood(given);
            // Exceptions are ours to put into words.
            var invocation = new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false };
            return await given.InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Failure.Of(e) is { } failure)
        {
            await terminal.Error.WriteLineAsync($"{terminal.PaintError(Tone.Bad, "error:")} {failure.Message}").ConfigureAwait(false);
            if (failure.Next is { } next) await terminal.Error.WriteLineAsync(next).ConfigureAwait(false);
            return (int)failure.Code;
        }
    }

    /// <summary>What is wrong with the command line. The pages of help that would follow hide it: they are named instead.</summary>
    private static CliException Misunderstood(ParseResult given)
    {
        var command = given.CommandResult.Command;
        var words = given.UnmatchedTokens is [var word, ..] && command.Subcommands.Count > 0
            ? $"there is no {word} among {string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}"
            : string.Join("\n", given.Errors.Select(e => e.Message).Distinct());
        return new CliException(ExitCode.Usage, words, $"Try: {Help.NameOf(command)} --help");
    }

    /// <summary>All commands and options.</summary>
    internal static RootCommand Tree(Surroundings around)
    {
        var root = new RootCommand("Wakes, puts to sleep, moves, creates and destroys KubeVirt virtual machines with KubeWol: by Wake-on-LAN frames and by requests.")
        {
            SendCommand.Create(around),
            WakeCommand.Create(around),
            SleepCommand.Create(around),
            MoveCommand.Create(around),
            InstantiateCommand.Create(around),
            DestroyCommand.Create(around),
            WhoisCommand.Create(around),
            ExplainCommand.Create(around),
            TraceCommand.Create(around),
            DoctorCommand.Create(around),
            KeygenCommand.Create(around),
            CompletionCommand.Create(around),
        };
        root.Add(CompleteCommand.Create(around, root));
        Help.ApplyTo(root, around.Terminal);
        return root;
    }
}
