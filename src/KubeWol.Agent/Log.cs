using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.ControllerRuntime;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent;

/// <summary>All messages of the agent; ids 100 to 199.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Listening on {Nic}")]
    public static partial void Listening(this ILogger logger, Nic nic);

    [LoggerMessage(101, LogLevel.Warning, "{Interface} is gone or switched off; listening again when it comes back")]
    public static partial void StoppedListening(this ILogger logger, string @interface);

    [LoggerMessage(102, LogLevel.Warning, "Cannot listen on {Interface}, trying again every second: {Problem}")]
    public static partial void CannotListen(this ILogger logger, string @interface, string problem);

    [LoggerMessage(103, LogLevel.Warning, "No interface to listen on yet; waiting for one that matches: {Selection}")]
    public static partial void NothingToListenOn(this ILogger logger, string selection);

    [LoggerMessage(104, LogLevel.Error, "A frame on {Interface} could not be handled; this is a defect of KubeWol")]
    public static partial void CaptureFaulted(this ILogger logger, Exception exception, string @interface);

    [LoggerMessage(105, LogLevel.Error, "The network interfaces cannot be followed, trying again every second")]
    public static partial void CannotFollow(this ILogger logger, Exception exception);

    [LoggerMessage(106, LogLevel.Error, "The capture on {Interface} does not end and is left behind with its buffer; this is a defect of KubeWol")]
    public static partial void CaptureLeftBehind(this ILogger logger, string @interface);

    [LoggerMessage(110, LogLevel.Debug, "Magic packet for {Target} from {Sender} on {Interface}")]
    public static partial void Heard(this ILogger logger, MacAddress target, MacAddress sender, string @interface);

    [LoggerMessage(111, LogLevel.Warning, "{Sender} sends too many messages: what is more than {Burst} at once and {PerSecond} a second is refused")]
    public static partial void FloodOfSender(this ILogger logger, MacAddress sender, int burst, int perSecond);

    [LoggerMessage(112, LogLevel.Warning, "All senders together send too many messages: what is more than {Burst} at once and {PerSecond} a second is refused")]
    public static partial void FloodOfAll(this ILogger logger, int burst, int perSecond);

    [LoggerMessage(113, LogLevel.Information, "The flood is over: {Count} messages were refused")]
    public static partial void FloodOver(this ILogger logger, long count);

    [LoggerMessage(114, LogLevel.Information, "Listening for the addresses of {Addresses} machines' interfaces, and for {Ranges} ranges that templates claim")]
    public static partial void IndexKnown(this ILogger logger, int addresses, int ranges);

    [LoggerMessage(115, LogLevel.Error, "The addresses in the ConfigMap {ConfigMap} cannot be read; those of before count until it is put right")]
    public static partial void BadIndex(this ILogger logger, ResourceKey configMap);

    [LoggerMessage(116, LogLevel.Debug, "No machine has the address {Target} that {Sender} called on {Interface}")]
    public static partial void UnknownAddress(this ILogger logger, MacAddress target, MacAddress sender, string @interface);

    [LoggerMessage(120, LogLevel.Information, "Created WakeRequest {Request} for {Target}: a magic packet from {Sender} on {Interface}")]
    public static partial void Requested(this ILogger logger, string request, MacAddress target, string sender, string @interface);

    [LoggerMessage(121, LogLevel.Warning, "Cannot write WakeRequests, keeping messages and trying again: {Problem}")]
    public static partial void CannotWrite(this ILogger logger, string problem);

    [LoggerMessage(122, LogLevel.Error, "The API server refused the WakeRequest for {Target}: {Problem}")]
    public static partial void RequestRefused(this ILogger logger, MacAddress target, string problem);

    [LoggerMessage(123, LogLevel.Error, "A message for {Target} of {CapturedAt:O} was not delivered and is dropped: {Reason}")]
    public static partial void MessageDropped(this ILogger logger, MacAddress target, DateTimeOffset capturedAt, SpoolDrop reason);

    [LoggerMessage(129, LogLevel.Warning, "The WakeRequest {Request} for {Target} is written {Age} after the frame was heard: too late to be carried out")]
    public static partial void BroughtLate(this ILogger logger, string request, MacAddress target, TimeSpan age);

    [LoggerMessage(124, LogLevel.Information, "WakeRequests can be written again")]
    public static partial void CanWriteAgain(this ILogger logger);

    [LoggerMessage(126, LogLevel.Warning, "A signed command for {Target} was sent again by {Sender}; it stands in the WakeRequest {Request} and is not asked for twice")]
    public static partial void Replayed(this ILogger logger, MacAddress target, string sender, string request);

    [LoggerMessage(127, LogLevel.Warning, "The WakeRequest {Request} goes without the frame's SecureOn password: the operator has published no key to seal it with")]
    public static partial void PasswordLeftOut(this ILogger logger, string request);

    [LoggerMessage(128, LogLevel.Error, "The key in the ConfigMap {ConfigMap} is none; SecureOn passwords are left out until it is put right")]
    public static partial void NoSealingKey(this ILogger logger, ResourceKey configMap);

    [LoggerMessage(140, LogLevel.Warning, "This node's clock is {Seconds} s {Direction} the API server's; what is heard is dated by that one. Is NTP running?")]
    public static partial void ClockIsWrong(this ILogger logger, double seconds, string direction);

    [LoggerMessage(141, LogLevel.Information, "This node's clock agrees with the API server's again")]
    public static partial void ClockIsRight(this ILogger logger);

    [LoggerMessage(125, LogLevel.Error, "A message for {Target} could not be handled; this is a defect of KubeWol")]
    public static partial void DeliveryFaulted(this ILogger logger, Exception exception, MacAddress target);

    [LoggerMessage(150, LogLevel.Warning, "Messages cannot be kept in {Directory} and are kept in memory alone, where a restart loses them; trying again: {Problem}")]
    public static partial void SpoolFailed(this ILogger logger, string directory, string problem);

    [LoggerMessage(151, LogLevel.Information, "Messages are kept in {Directory} again")]
    public static partial void SpoolRecovered(this ILogger logger, string directory);

    [LoggerMessage(152, LogLevel.Information, "{Count} messages that were not delivered before are taken up again from {Directory}")]
    public static partial void SpoolRead(this ILogger logger, int count, string directory);

    [LoggerMessage(153, LogLevel.Error, "The file {Name} of a message that waited is damaged and was put into {Directory}")]
    public static partial void SpoolFileCorrupt(this ILogger logger, string name, string directory);

    [LoggerMessage(154, LogLevel.Warning, "The disk under {Directory} does not answer; the program ends without waiting for it")]
    public static partial void SpoolLeftBehind(this ILogger logger, string directory);

    [LoggerMessage(160, LogLevel.Debug, "Started: {Kibibytes} KiB of programs and libraries are mapped again when they are needed")]
    public static partial void Released(this ILogger logger, long kibibytes);
}
