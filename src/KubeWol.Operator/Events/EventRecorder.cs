using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Events;

/// <summary>Tells the story of a request on the request and on its machine. Events are sent behind the work, never in its way; they are the first to be dropped.</summary>
internal sealed class EventRecorder(
    ClusterClient client, OperatorMetrics metrics, TimeProvider time, ILogger<EventRecorder> logger) : BackgroundService
{
    /// <summary>Events that may wait; more are dropped.</summary>
    public const int Capacity = 10_000;

    /// <summary>How many times as long as an Event took to be written is rested before the next.</summary>
    private const int Rest = 3;

    private const int Tries = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    private const int LongestNote = 1024; // bytes; the API server refuses a longer one
    private const int LongestName = 253 - 17; // that of an object, less the point and the digits

    private readonly Channel<KubernetesEvent> _outbox = Channel.CreateBounded<KubernetesEvent>(Capacity);

    /// <summary>One Event on the request, and one on the machine if exactly one was meant.</summary>
    public void Finished(WakeRequest request, IReadOnlyList<Machine> found)
    {
        var about = new EventSubject(request.ApiVersion, request.Kind, request.Metadata.Namespace, request.Metadata.Name, request.Metadata.Uid);
        var machine = found is [{ Object.Metadata: var one }] ? new EventSubject("kubevirt.io/v1", "VirtualMachine", one.Namespace, one.Name, one.Uid) : null;
        var status = request.Status!;
        Post(about, machine, status, status.Message);
        if (machine is not null) Post(machine, about, status, $"{status.Message} ({Origin(request)})");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var item in _outbox.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            var begun = time.GetTimestamp();
            await WriteAsync(item, stoppingToken).ConfigureAwait(false);
            // An API server that is slow has wakes to do: the slower it answers the longer it is left alone.
            var rest = time.GetElapsedTime(begun) * Rest;
            await Task.Delay(rest < LongestRest ? rest : LongestRest, time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tries a few times, and no more: what waits behind it is worth as much.</summary>
    private async Task WriteAsync(KubernetesEvent item, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await client.CreateAsync(KubernetesEvent.ResourceType, item, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.IsConflict)
            {
                return; // told already, before a restart, or by a try whose answer was lost
            }
            catch (Exception e) when (attempt < Tries && (e is ApiException { IsTransient: true } or HttpRequestException or TimeoutException))
            {
                await Task.Delay(Pause * attempt, time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
            {
                metrics.EventDropped();
                logger.EventDropped(item.Regarding!.Kind, item.Regarding.Name, e.Message);
                return;
            }
        }
    }

    private void Post(EventSubject regarding, EventSubject? related, WakeRequestStatus status, string? note)
    {
        // The name says what the Event says, so that telling it twice tells it once.
        var identity = SHA256.HashData(Encoding.UTF8.GetBytes($"{regarding.Uid}/{related?.Uid}/{status.Reason}"));
        var item = new KubernetesEvent
        {
            Metadata = new() { Namespace = regarding.Namespace, Name = $"{Start(regarding.Name)}.{Convert.ToHexStringLower(identity.AsSpan(0, 8))}" },
            EventTime = time.GetUtcNow(),
            ReportingController = "kubewol.io/operator",
            ReportingInstance = Environment.MachineName,
            Action = status.Action.ToString(),
            Reason = status.Reason.ToString(),
            Type = status.Phase == WakePhase.Succeeded ? "Normal" : "Warning",
            Note = Messages.Cut(note ?? "", LongestNote),
            Regarding = regarding,
            Related = related,
        };
        if (!_outbox.Writer.TryWrite(item)) metrics.EventDropped();
    }

    private static string Origin(WakeRequest request) => request.Spec.Frame is { } frame
        ? $"a Wake-on-LAN message from {frame.SourceIp ?? frame.SourceMac}, heard on {frame.Node} {frame.Interface}"
        : $"WakeRequest {request.Metadata.Namespace}/{request.Metadata.Name}";

    /// <summary>No part of a name may end in a hyphen or a point.</summary>
    private static string Start(string name) => name.Length <= LongestName ? name : name[..LongestName].TrimEnd('-', '.');
}
