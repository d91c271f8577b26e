using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime;

/// <summary>All messages of the runtime; ids 300 to 399.</summary>
internal static partial class Log
{
    [LoggerMessage(330, LogLevel.Information, "{Program} {Version} talks to {Server}, and serves /metrics, /healthz and /readyz at {Listen}")]
    public static partial void Started(this ILogger logger, string program, string? version, Uri server, Uri listen);

    [LoggerMessage(331, LogLevel.Warning, "Cannot take a connection: {Problem}")]
    public static partial void CannotAccept(this ILogger logger, string problem);

    [LoggerMessage(332, LogLevel.Error, "A page cannot be served")]
    public static partial void PageFailed(this ILogger logger, Exception exception);

    [LoggerMessage(300, LogLevel.Information, "Listed {Count} {Resource} at version {Version}")]
    public static partial void Listed(this ILogger logger, int count, string resource, string version);

    [LoggerMessage(301, LogLevel.Information, "The server no longer knows version {Version} of {Resource}; listing all again")]
    public static partial void VersionForgotten(this ILogger logger, string resource, string? version);

    [LoggerMessage(EventId = 302, Message = "Cannot watch {Resource}, will try again: {Problem}")]
    public static partial void WatchFailed(this ILogger logger, LogLevel level, string resource, string problem);

    [LoggerMessage(303, LogLevel.Error, "{Key} of the {Resource} cannot be decoded and is ignored: {Problem}")]
    public static partial void Undecodable(this ILogger logger, ResourceKey? key, string resource, string problem);

    [LoggerMessage(310, LogLevel.Warning, "{Controller} failed on {Key}, will try again in {Delay}: {Problem}")]
    public static partial void Failed(this ILogger logger, Exception exception, string controller, ResourceKey key, string problem, TimeSpan delay);

    [LoggerMessage(311, LogLevel.Debug, "{Controller} lost a race on {Key}, will look again in {Delay}")]
    public static partial void Conflict(this ILogger logger, string controller, ResourceKey key, TimeSpan delay);

    [LoggerMessage(312, LogLevel.Error, "{Controller} gave up on {Key}: only a change of the object will help")]
    public static partial void GivenUp(this ILogger logger, Exception exception, string controller, ResourceKey key);

    [LoggerMessage(320, LogLevel.Information, "{Identity} leads: it holds the lease {Lease}")]
    public static partial void Leading(this ILogger logger, string identity, ResourceKey lease);

    [LoggerMessage(321, LogLevel.Information, "{Holder} leads; {Identity} stands by for the lease {Lease}")]
    public static partial void StandingBy(this ILogger logger, string holder, string identity, ResourceKey lease);

    [LoggerMessage(322, LogLevel.Warning, "Cannot reach the lease {Lease}, will try again: {Problem}")]
    public static partial void LeaseUnreachable(this ILogger logger, ResourceKey lease, string problem);

    [LoggerMessage(323, LogLevel.Error, "{Identity} lost the lease {Lease} and stops: {Why}")]
    public static partial void LostLease(this ILogger logger, string identity, ResourceKey lease, string why);

    [LoggerMessage(324, LogLevel.Information, "{Identity} released the lease {Lease}")]
    public static partial void Released(this ILogger logger, string identity, ResourceKey lease);
}
