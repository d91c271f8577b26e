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

    [LoggerMessage(230, LogLevel.Information, "Made the key {Key} for SecureOn passwords; it stands in the Secret {Secret}")]
    public static partial void KeyMade(this ILogger logger, string key, ResourceKey secret);

    [LoggerMessage(231, LogLevel.Error, "The entry {Entry} of the Secret {Secret} is no key and is left out: {Problem}")]
    public static partial void KeyNotUsable(this ILogger logger, string entry, ResourceKey secret, string problem);

    [LoggerMessage(232, LogLevel.Error, "The Secret {Secret} holds no usable key: SecureOn passwords cannot be compared. Delete it, and a new one is made")]
    public static partial void NoUsableKey(this ILogger logger, ResourceKey secret);

    [LoggerMessage(233, LogLevel.Warning, "WakePolicies name more than {Most} nodes or interfaces; frames heard at the others are not told apart before they are judged")]
    public static partial void TooManyOrigins(this ILogger logger, int most);

    [LoggerMessage(240, LogLevel.Debug, "Told agents the {Count} addresses of {ConfigMap} in {Octets} octets")]
    public static partial void IndexWritten(this ILogger logger, ResourceKey configMap, int count, int octets);

    [LoggerMessage(220, LogLevel.Warning, "An Event about {Kind} {Name} is lost: {Problem}")]
    public static partial void EventDropped(this ILogger logger, string kind, string name, string problem);
}
