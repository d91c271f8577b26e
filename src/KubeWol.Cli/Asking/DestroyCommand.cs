using System.CommandLine;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Cli.Asking;

/// <summary>kubectl wol destroy. It cannot be undone, so it asks.</summary>
internal static class DestroyCommand
{
    public static Command Create(Surroundings around)
    {
        var ask = new Ask(around);
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        var command = new Command("destroy", "Delete a machine, and the disks it owns. It cannot be undone.") { yes };
        ask.AddTo(command);
        command.SetAction(async (given, cancellationToken) =>
        {
            if (!given.GetValue(yes) && !ask.IsDry(given)) await ConfirmAsync(around, given.GetValue(ask.Target)!).ConfigureAwait(false);
            return await ask.RunAsync(given, new() { Action = WakeAction.Destroy }, cancellationToken).ConfigureAwait(false);
        });
        return command.WithExamples("kubectl wol destroy web-01", "kubectl wol destroy web-01 --yes", "kubectl wol destroy web-01 --dry-run=server");
    }

    private static async Task ConfirmAsync(Surroundings around, string machine)
    {
        var terminal = around.Terminal;
        if (!terminal.Asks) throw new CliException(ExitCode.Usage, $"to destroy {machine} cannot be undone, and nobody is here to ask", "Give --yes if it is meant.");
        await terminal.Error.WriteAsync($"Destroy {machine} and the disks it owns? It cannot be undone. [y/N] ").ConfigureAwait(false);
        if (await terminal.In().ReadLineAsync().ConfigureAwait(false) is not ("y" or "Y" or "yes")) throw new CliException(ExitCode.Failed, "nothing was done");
    }
}
