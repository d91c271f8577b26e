using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.KubeVirt;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator;

/// <summary>All messages of the operator; ids 200 to 299.</summary>
internal static partial class Log
{
    [LoggerMessage(210, LogLevel.Debug, "{Operation} of {Machine} for {Request}: {Outcome}")]
    public static partial void Issued(
        this ILogger logger, WakeOperation operation, ResourceKey machine, ResourceKey request, OperationOutcome outcome);

    [LoggerMessage(211, LogLevel.Information, "{Request} {Phase}, {Reason}: {Message}")]
    public static partial void Finished(this ILogger logger, ResourceKey request, WakePhase phase, WakeReason reason, string? message);

    [LoggerMessage(212, LogLevel.Debug, "{Machine} is remembered by {Addresses}")]
    public static partial void Remembered(this ILogger logger, ResourceKey machine, string? addresses);

    [LoggerMessage(213, LogLevel.Warning, "The addresses of {Machine} cannot be noted on it, will try again in {Delay}: {Problem}")]
    public static partial void NotRemembered(this ILogger logger, ResourceKey machine, TimeSpan delay, string problem);

    [LoggerMessage(220, LogLevel.Warning, "An Event about {Kind} {Name} is lost: {Problem}")]
    public static partial void EventDropped(this ILogger logger, string kind, string name, string problem);
}
