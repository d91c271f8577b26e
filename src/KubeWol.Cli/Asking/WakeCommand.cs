using System.CommandLine;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Cli.Asking;

/// <summary>kubectl wol wake.</summary>
internal static class WakeCommand
{
    public static Command Create(Surroundings around)
    {
        var ask = new Ask(around);
        var command = new Command("wake", "Start or unpause a machine, or create the one that a WakeTemplate has for its address.");
        ask.AddTo(command);
        command.SetAction((given, cancellationToken) => ask.RunAsync(given, new() { Action = WakeAction.Wake }, cancellationToken));
        return command.WithExamples(
            "kubectl wol wake web-01 -n team-a",
            "kubectl wol wake 52:54:00:12:34:56 --timeout 60",
            "kubectl wol wake web-01 --wait=false -o yaml",
            "kubectl wol wake web-01 --dry-run            # only show the WakeRequest");
    }
}
