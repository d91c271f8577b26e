using System.CommandLine;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Cli.Asking;

/// <summary>kubectl wol sleep.</summary>
internal static class SleepCommand
{
    public static Command Create(Surroundings around)
    {
        var ask = new Ask(around);
        var mode = new Option<string?>("--mode") { Description = "pause keeps the guest's memory on its node, stop shuts it down; the operator's default if not given.", HelpName = "pause|stop" };
        mode.AcceptOnlyFromAmong("pause", "stop");
        var grace = CommandOptions.Number("--grace-period", "With --mode stop: seconds the guest may take to shut down", 1, 86_400);
        var force = new Option<bool>("--force") { Description = "With --mode stop: switch it off without asking the guest. What it has not written is lost." };
        var command = new Command("sleep", "Pause a machine, or shut it down.") { mode, grace, force };
        ask.AddTo(command);
        command.Validators.Add(result =>
        {
            var details = result.GetResult(grace) is not null || result.GetResult(force) is { Implicit: false };
            if (details && result.GetResult(mode)?.Tokens is not [{ Value: "stop" }]) result.AddError("--grace-period and --force say how a machine is shut down: give --mode stop");
            if (result.GetResult(grace) is not null && result.GetResult(force) is { Implicit: false }) result.AddError("--force does not wait for the guest: leave out --grace-period");
        });
        command.SetAction((given, cancellationToken) =>
        {
            var chosen = given.GetValue(mode) switch { "pause" => SleepMode.Pause, "stop" => SleepMode.Stop, _ => (SleepMode?)null };
            var settings = chosen is null ? null : new SleepSettings { Mode = chosen, GracePeriodSeconds = given.GetValue(grace), Force = given.GetValue(force) ? true : null };
            return ask.RunAsync(given, new() { Action = WakeAction.Sleep, Sleep = settings }, cancellationToken);
        });
        return command.WithExamples(
            "kubectl wol sleep web-01",
            "kubectl wol sleep web-01 --mode stop --grace-period 30",
            "kubectl wol sleep web-01 --mode stop --force");
    }
}
