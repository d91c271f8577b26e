using System.Globalization;
using KubeWol.Api.V1Alpha1;
using KubeWol.Cli.Output;

namespace KubeWol.Cli.Asking;

/// <summary>What a finished request came to, in one line, and what to do where it failed.</summary>
internal static class Outcome
{
    /// <summary>Tells it, and returns how the program ends.</summary>
    public static async Task<ExitCode> TellAsync(WakeRequest request, Target target, TimeSpan took, Terminal terminal, TextWriter writer)
    {
        var status = request.Status!;
        if (status.Phase == WakePhase.Succeeded)
        {
            var paint = ReferenceEquals(writer, terminal.Out) ? terminal.Paint(Tone.Good, "✔") : terminal.PaintError(Tone.Good, "✔");
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{paint} {status.Reason} after {took.TotalSeconds:0.0} s: {status.Message}")).ConfigureAwait(false);
            return ExitCode.Done;
        }

        await terminal.Error.WriteLineAsync($"{terminal.PaintError(Tone.Bad, "error:")} {status.Reason}: {status.Message}").ConfigureAwait(false);
        if (Next(status.Reason, request, target) is { } next) await terminal.Error.WriteLineAsync(next).ConfigureAwait(false);
        return status.Reason switch
        {
            WakeReason.DeadlineExceeded => ExitCode.TimedOut,
            WakeReason.UnknownTarget => ExitCode.NotFound,
            _ => ExitCode.Failed,
        };
    }

    /// <summary>What to do next, where the message does not say it already.</summary>
    private static string? Next(WakeReason? reason, WakeRequest request, Target target) => reason switch
    {
        WakeReason.UnknownTarget when target.Mac is { } mac => $"A request reaches the machines of its own namespace, here {request.Metadata.Namespace}: give -n NAMESPACE. Whose address is it? Try: kubectl wol whois {mac}",
        WakeReason.UnknownTarget => $"Give -n NAMESPACE. Which machines are there? Try: kubectl get virtualmachines -n {request.Metadata.Namespace}",
        WakeReason.AmbiguousTarget => $"Name the machine instead of its address. Which have it? Try: kubectl wol whois {target}",
        WakeReason.DeadlineExceeded => $"Give it more time with --timeout. What does KubeVirt say? Try: kubectl describe virtualmachine {Machine(request)}",
        WakeReason.Superseded or WakeReason.TargetTerminating or WakeReason.TargetVanished => "Ask again if it is still wanted.",
        WakeReason.Forbidden => "The operator's own rights are set by operator.verbs of the chart. Try: kubectl wol doctor",
        WakeReason.NotMigratable or WakeReason.MigrationFailed or WakeReason.Refused => $"What does KubeVirt say? Try: kubectl describe virtualmachine {Machine(request)}",
        WakeReason.NodeNotFound or WakeReason.NodeNotSchedulable => "Which nodes take machines? Try: kubectl get nodes -L kubevirt.io/schedulable",
        WakeReason.TemplateNotUsable or WakeReason.AmbiguousTemplate or WakeReason.InvalidParameters or WakeReason.TooManyInstances => $"Which templates are there? Try: kubectl get waketemplates -n {request.Metadata.Namespace} -o wide",
        _ => null,
    };

    private static string Machine(WakeRequest request) => request.Status?.VirtualMachine is { Name: { } name, Namespace: { } ns } ? $"{name} -n {ns}" : $"-n {request.Metadata.Namespace}";
}
