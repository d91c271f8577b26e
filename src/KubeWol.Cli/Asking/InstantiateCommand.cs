using System.CommandLine;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Cli.Asking;

/// <summary>kubectl wol instantiate.</summary>
internal static class InstantiateCommand
{
    public static Command Create(Surroundings around)
    {
        var ask = new Ask(around);
        ask.Target.Description = "The MAC address the machine will have.";
        ask.Target.HelpName = "MAC";
        var template = new Option<string?>("--template") { Description = "A WakeTemplate of the namespace; the one that claims the address if not given.", HelpName = "NAME" };
        var parameters = CommandOptions.Pairs("--parameter", "A value for a parameter of the template. May be repeated.");
        var command = new Command("instantiate", "Create a machine for a MAC address from a WakeTemplate and start it; one that is there is woken.") { template, parameters };
        ask.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(ask.Target)?.Tokens is [{ Value: var text }] && Target.Parse(text).Mac is null) result.AddError($"'{text}' is not a MAC address, such as 52:54:00:12:34:56: a machine is made for an address");
        });
        command.SetAction((given, cancellationToken) =>
        {
            var (name, values) = (given.GetValue(template), given.GetValue(parameters));
            var settings = name is null && values is null ? null : new InstantiateSettings { Template = name, Parameters = values };
            return ask.RunAsync(given, new() { Action = WakeAction.Instantiate, Instantiate = settings }, cancellationToken);
        });
        return command.WithExamples(
            "kubectl wol instantiate 52:54:00:cc:00:01",
            "kubectl wol instantiate 52:54:00:cc:00:01 --template small --parameter size=2");
    }
}
