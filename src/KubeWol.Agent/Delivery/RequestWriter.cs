using System.Net;
using KubeWol.Agent.Intake;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Protocol;

namespace KubeWol.Agent.Delivery;

/// <summary>Writes one message as a WakeRequest. The API server settles which node is first.</summary>
internal sealed class RequestWriter(Instructions instructions, ClusterClient client, AgentOptions options)
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
        var signal = entry.Signal;
        var attempts = signal.Command is null ? Attempts : CommandAttempts;
        for (var attempt = 0; ; attempt++)
        {
            var request = Request(signal, attempt == 0 ? entry.Name : RequestName.Of(signal, attempt));
            try
            {
                await client.CreateAsync(WakeRequest.Type, request, cancellationToken).ConfigureAwait(false);
                return new(WriteResult.Created, request);
            }
            catch (ApiException e) when (IsFinal(e))
            {
                return new(WriteResult.Refused, request, e.Message);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                var there = await client.GetAsync(WakeRequest.Type, ResourceKey.Of(request), cancellationToken).ConfigureAwait(false);
                if (there is null || attempt == attempts - 1) return new(WriteResult.AlreadyThere, request);
                if ((signal.Command is { } command ? Compare(signal, command, there) : Compare(signal, there)) is { } result) return new(result, request);
            }
        }
    }

    private static bool IsFinal(ApiException e) => e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;

    /// <summary>Null for another message: that of a request which had come to its end when this one was heard.</summary>
    private static WriteResult? Compare(WakeSignal signal, WakeRequest there) =>
        there.Status?.CompletedAt is not { } ended || ended + Afterwards > signal.CapturedAt ? WriteResult.AlreadyThere : null;

    /// <summary>Null for another message: what somebody made of this command to be there first.</summary>
    private static WriteResult? Compare(WakeSignal signal, HeardCommand command, WakeRequest there)
    {
        if (there.Spec.Frame?.Command != command.Text) return null;
        return (signal.CapturedAt - there.Spec.Frame.CapturedAt)?.Duration() <= OneBroadcast ? WriteResult.AlreadyThere : WriteResult.Replayed;
    }

    private WakeRequest Request(WakeSignal signal, string name) => new()
    {
        Metadata = new()
        {
            Namespace = options.Namespace,
            Name = name,
            Labels = new Dictionary<string, string> { ["app.kubernetes.io/managed-by"] = "kubewol-agent", ["kubewol.io/mac"] = signal.Target.ToString("N") },
        },
        Spec = new() { Target = new() { MacAddress = signal.Target.ToString() }, Frame = Frame(signal, name) },
    };

    private CapturedFrame Frame(WakeSignal signal, string request) => new()
    {
        Node = options.NodeName,
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
        SecureOnDigest = signal.Password is { } password
            ? instructions.SealingKey?.Seal(new(request, signal.Target, options.NodeName, signal.CapturedAt), password.Octets).ToString()
            : null,
        Command = signal.Command?.Text,
    };
}
