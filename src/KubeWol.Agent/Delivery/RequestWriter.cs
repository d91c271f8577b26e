using System.Globalization;
using System.Net;
using KubeWol.Agent.Intake;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Protocol;

namespace KubeWol.Agent.Delivery;

/// <summary>Writes one message as a WakeRequest. The API server settles which node is first.</summary>
internal sealed class RequestWriter(PasswordSealer sealer, Turns turns, ClusterClock clock, ClockReader reader, ClusterClient client, AgentOptions options)
{
    /// <summary>How often one message may be asked for anew within a window after its request came to an end.</summary>
    private const int Attempts = 5;

    /// <summary>Likewise for a signed command: as many copies of it with a wrong signature cannot keep the right one out.</summary>
    private const int CommandAttempts = 16;

    /// <summary>The same command heard at most this much later is the same broadcast, heard by another node.</summary>
    private static readonly TimeSpan OneBroadcast = TimeSpan.FromSeconds(5);

    /// <summary>A request that came to an end is only followed by another one for a message heard at least this much later, so that clocks of nodes may differ a little.</summary>
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(1);

    /// <summary>Creates the request, or finds what says that it need not be created; under the first name of the message's that is not taken by something else.</summary>
    /// <exception cref="ApiException">A refusal that may pass.</exception>
    /// <exception cref="HttpRequestException">No answer.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<WriteOutcome> WriteAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        entry = await DatedAsync(entry, cancellationToken).ConfigureAwait(false);
        var signal = entry.Signal;
        var attempts = signal.Command is null ? Attempts : CommandAttempts;
        for (var attempt = 0; ; attempt++)
        {
            var name = attempt == 0 ? entry.Name : RequestName.Of(signal, attempt);
            var request = Request(signal, name, sealer.Seal(entry, name), options);
            var there = signal.Turn.Rank > 0 ? await LookAsync(signal, request, cancellationToken).ConfigureAwait(false) : null;
            if (there is null)
            {
                try
                {
                    await client.CreateAsync(WakeRequest.Type, request, cancellationToken).ConfigureAwait(false);
                    turns.Learn(signal, options.NodeName, signal.Turn.Rank);
                    return new(WriteResult.Created, request);
                }
                catch (ApiException e) when (IsFinal(e))
                {
                    return new(WriteResult.Refused, request, e.Message);
                }
                catch (ApiException e) when (e.IsConflict)
                {
                    there = await client.GetAsync(WakeRequest.Type, ResourceKey.Of(request), cancellationToken).ConfigureAwait(false);
                }
            }

            var result = there is null || attempt == attempts - 1 ? WriteResult.AlreadyThere : Compare(signal, there);
            if (result is not { } known) continue;
            if (there?.Spec.Frame?.Node is { } writer) turns.Learn(signal, writer, RankOf(there));
            return new(known, request);
        }
    }

    /// <summary>
    /// What was heard before the API server was (an agent that is started while it is away) is by a clock that may be wrong, and gets its date and its name before it is first
    /// asked for. A seal that is all there is of a password is bound to the date it has.
    /// </summary>
    private async Task<OutboxEntry> DatedAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        if (!entry.Signal.IsUndated) return entry;
        if (entry.Dated is { } before) return before;
        if (entry.Seal is not null && entry.Signal.Password is null or { IsCleared: true }) return entry;
        await reader.KnowAsync(cancellationToken).ConfigureAwait(false);
        var dated = entry.Signal with { CapturedAt = clock.Of(entry.Signal.CapturedAt), IsUndated = false };
        return entry.Dated = new(dated, RequestName.Of(dated, 0));
    }

    /// <summary>The request that another node wrote under this name; or, next to a window's boundary, that it wrote of the same broadcast on the other side.</summary>
    private async Task<WakeRequest?> LookAsync(WakeSignal signal, WakeRequest request, CancellationToken cancellationToken)
    {
        var there = await client.PeekAsync(WakeRequest.Type, ResourceKey.Of(request), cancellationToken).ConfigureAwait(false);
        if (there is not null || signal.Command is not null || RequestName.Neighbour(signal.CapturedAt) is not { } beyond) return there;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            there = await client.PeekAsync(WakeRequest.Type, new(options.Namespace, RequestName.Of(signal.Identity, beyond, attempt)), cancellationToken).ConfigureAwait(false);
            if (there is null || IsCopy(signal, there)) return there;
        }

        return null;
    }

    private static bool IsCopy(WakeSignal signal, WakeRequest there) => (signal.CapturedAt - there.Spec.Frame?.CapturedAt)?.Duration() < RequestName.Tolerance;

    private static int RankOf(WakeRequest there) =>
        int.TryParse(there.Metadata.Annotations?.GetValueOrDefault(RequestMarks.Turn), NumberStyles.None, CultureInfo.InvariantCulture, out var rank) ? rank : 0;

    private static bool IsFinal(ApiException e) => e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;

    private static WriteResult? Compare(WakeSignal signal, WakeRequest there) => signal.Command is { } command ? Compare(signal, command, there) : ComparePlain(signal, there);

    /// <summary>Null for another message: that of a request which had come to its end when this one was heard.</summary>
    private static WriteResult? ComparePlain(WakeSignal signal, WakeRequest there) =>
        there.Status?.CompletedAt is not { } ended || ended + Afterwards > signal.CapturedAt ? WriteResult.AlreadyThere : null;

    /// <summary>Null for another message: what somebody made of this command to be there first.</summary>
    private static WriteResult? Compare(WakeSignal signal, HeardCommand command, WakeRequest there)
    {
        if (there.Spec.Frame?.Command != command.Text) return null;
        return (signal.CapturedAt - there.Spec.Frame.CapturedAt)?.Duration() <= OneBroadcast ? WriteResult.AlreadyThere : WriteResult.Replayed;
    }

    /// <summary>What is written of a message that was heard on this node.</summary>
    internal static WakeRequest Request(WakeSignal signal, string name, string? seal, AgentOptions options) => new()
    {
        Metadata = new()
        {
            Namespace = options.Namespace,
            Name = name,
            Labels = Labels(signal),
            Annotations = signal.Turn.Rank == 0 ? null : new Dictionary<string, string> { [RequestMarks.Turn] = $"{signal.Turn.Rank}" },
        },
        Spec = new() { Target = new() { MacAddress = signal.Target.ToString() }, Frame = Frame(signal, seal, options.NodeName) },
    };

    private static Dictionary<string, string> Labels(WakeSignal signal)
    {
        var labels = new Dictionary<string, string> { ["app.kubernetes.io/managed-by"] = "kubewol-agent", ["kubewol.io/mac"] = signal.Target.ToString("N") };
        if (signal.Command is null) labels[RequestMarks.Message] = RequestName.MessageOf(signal.Identity); // a command's name says it for ever
        return labels;
    }

    private static CapturedFrame Frame(WakeSignal signal, string? seal, string node) => new()
    {
        Node = node,
        Interface = signal.Interface,
        Transport = signal.Transport switch
        {
            WolTransport.UdpV4 => FrameTransport.UDPv4,
            WolTransport.UdpV6 => FrameTransport.UDPv6,
            _ => FrameTransport.Ethernet,
        },
        SourceMac = signal.SourceMac.ToString(),
        SourceIp = signal.SourceIp?.ToString(),
        DestinationPort = signal.DestinationPort == 0 ? null : signal.DestinationPort,
        Vlans = signal.Vlans.Count == 0 ? null : signal.Vlans,
        CapturedAt = signal.CapturedAt,
        SecureOnDigest = seal,
        Command = signal.Command?.Text,
    };
}
