using System.CommandLine;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Cli.Asking;

/// <summary>kubectl wol move.</summary>
internal static class MoveCommand
{
    public static Command Create(Surroundings around)
    {
        var ask = new Ask(around);
        var node = new Option<string?>("--node") { Description = "The node to move to.", HelpName = "NODE" };
        var labels = CommandOptions.Pairs("--node-label", "A label the node must have. May be repeated.");
        var command = new Command("move", "Migrate a machine live, paused ones too; one that is off prefers the node at its next start.") { node, labels };
        ask.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(node) is not null && result.GetResult(labels) is not null) result.AddError("give --node or --node-label, not both");
        });
        command.SetAction((given, cancellationToken) =>
        {
            var (name, selector) = (given.GetValue(node), given.GetValue(labels));
            var settings = name is null && selector is null ? null : new MoveSettings { NodeName = name, NodeSelector = selector };
            return ask.RunAsync(given, new() { Action = WakeAction.Move, Move = settings }, cancellationToken);
        });
        return command.WithExamples(
            "kubectl wol move web-01                        # wherever the scheduler likes, but elsewhere",
            "kubectl wol move web-01 --node node-b",
            "kubectl wol move web-01 --node-label zone=east");
    }
}
