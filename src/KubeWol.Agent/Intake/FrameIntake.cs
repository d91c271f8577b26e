using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Index;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Intake;

/// <summary>From bytes to messages: parses, leaves out what calls no machine, repetitions and what is too much, and hands what is left to the outbox. No span goes further than this.</summary>
internal sealed class FrameIntake : IFrameSink, IDisposable
{
    private static readonly string[] Reasons = Enum.GetNames<DropReason>();

    private readonly RecentMessages _recent = new();
    private readonly AgentOptions _options;
    private readonly Instructions _instructions;
    private readonly KnownAddresses _known;
    private readonly FloodGuard _guard;
    private readonly Turns _turns;
    private readonly ClusterClock _clock;
    private readonly Outbox _outbox;
    private readonly HeldMessages _held;
    private readonly FrameTrace _trace;
    private readonly AgentMetrics _metrics;
    private readonly ILogger<FrameIntake> _logger;

    public FrameIntake(
        AgentOptions options, Instructions instructions, KnownAddresses known, FloodGuard guard, Turns turns, ClusterClock clock, Outbox outbox, FrameTrace trace, AgentMetrics metrics,
        TimeProvider time, ILogger<FrameIntake> logger)
    {
        (_options, _instructions, _known, _guard, _turns, _clock, _outbox) = (options, instructions, known, guard, turns, clock, outbox);
        (_trace, _metrics, _logger) = (trace, metrics, logger);
        _held = new(IsWanted, Release, GiveUp, metrics, time);
    }

    public void Receive(Nic nic, LinkType link, ReadOnlySpan<byte> frame, DateTimeOffset capturedAt)
    {
        // A date that is put right a little would be put right again when it is known by how much.
        var isDated = _clock.IsKnown;
        var heardAt = isDated ? _clock.Of(capturedAt) : capturedAt;
        if (!WolFrame.TryParse(link, frame, _options.Ports, out var wol, out var reason))
        {
            _metrics.FrameRefused(reason);
            // What does not even begin like a magic packet, other traffic to the same ports, would fill the trace.
            if (reason > DropReason.NoSyncStream) _trace.Add(heardAt, nic, default, default, 0, Reasons[(int)reason]);
            return;
        }

        foreach (var packet in wol.Packets)
        {
            var problem = IsAddressOfAMachine(packet.Target) ? packet.Problem : DropReason.MulticastTarget;
            if (problem != DropReason.None)
            {
                _metrics.FrameRefused(problem);
                Trace(nic, wol, packet, heardAt, Reasons[(int)problem]);
                continue;
            }

            var identity = _instructions.Placed(MessageIdentity.Of(packet, wol.DestinationPort), nic.Name);
            var isWanted = IsWanted(packet.Target);
            if ((isWanted ? Admit(identity, wol.SourceMac, heardAt) : Hold(identity, wol.SourceMac)) is { } refusal)
            {
                Trace(nic, wol, packet, heardAt, refusal);
                continue;
            }

            var command = HeardCommand.In(packet);
            // Beside a signed command a password proves nothing more.
            var password = command is null && !packet.Password.IsEmpty ? new HeardPassword(packet.Password) : null;
            var signal = new WakeSignal(identity, password, command, nic.Name, wol.Transport, wol.SourceMac, wol.SourceIp, wol.DestinationPort, Vlans(nic, wol), heardAt)
            {
                IsUndated = !isDated,
                Mark = Trace(nic, wol, packet, heardAt, isWanted ? "Accepted" : "Held"),
            };
            if (isWanted) Queue(signal);
            else _held.Add(signal);
        }
    }

    /// <summary>To be called when more addresses are known than before: messages that were held for them go on.</summary>
    public void LookAgain() => _held.LookAgain();

    public void Dispose() => _held.Dispose();

    private bool IsWanted(MacAddress target) => _known.Judge(target) switch
    {
        AddressVerdict.Known => true,
        AddressVerdict.NotYetKnown => _options.WithoutIndex == WithoutIndex.Open,
        _ => false,
    };

    /// <summary>Why a message is not taken; null where it is. Only what calls a machine counts towards the limits.</summary>
    private string? Admit(in MessageIdentity message, MacAddress sender, DateTimeOffset capturedAt)
    {
        if (_recent.IsRepetition(message, capturedAt))
        {
            _metrics.FrameRepeated();
            return "Repeated";
        }

        if (_guard.Admits(sender)) return null;
        _recent.Forget(message);
        _metrics.RateLimited();
        return "RateLimited";
    }

    /// <summary>Why a message is not held; null where it is.</summary>
    private string? Hold(in MessageIdentity message, MacAddress sender)
    {
        switch (_held.RoomFor(message, sender))
        {
            case HeldMessages.Room.Some:
                return null;
            case HeldMessages.Room.Repeated:
                _metrics.FrameRepeated();
                return "Repeated";
            default:
                return Unwanted(message.Target);
        }
    }

    /// <summary>A held message whose machine has come takes the way of all others.</summary>
    private void Release(WakeSignal signal)
    {
        if (Admit(signal.Identity, signal.SourceMac, signal.CapturedAt) is { } refusal)
        {
            signal.Password?.Clear();
            signal.Mark.Became(refusal);
            return;
        }

        signal.Mark.Became("Accepted");
        Queue(signal);
    }

    private void GiveUp(WakeSignal signal)
    {
        signal.Mark.Became(Unwanted(signal.Target));
        _logger.UnknownAddress(signal.Target, signal.SourceMac, signal.Interface);
    }

    private string Unwanted(MacAddress target)
    {
        if (_known.Judge(target) == AddressVerdict.NotYetKnown)
        {
            _metrics.NoIndex();
            return "NoIndex";
        }

        _metrics.UnknownMac();
        return "UnknownMac";
    }

    private void Queue(WakeSignal signal)
    {
        signal = signal with { Turn = _turns.Of(signal) };
        if (_outbox.TryAdd(signal, signal.Turn.Wait))
        {
            _metrics.FrameAccepted();
            _logger.Heard(signal.Target, signal.SourceMac, signal.Interface);
        }
        else
        {
            _recent.Forget(signal.Identity);
            _metrics.QueueFull();
            signal.Mark.Became("QueueFull");
        }
    }

    private FrameMark Trace(Nic nic, in WolFrame wol, in MagicPacket packet, DateTimeOffset capturedAt, string verdict) =>
        _trace.Add(capturedAt, nic, wol.SourceMac, packet.Target, wol.DestinationPort, verdict);

    /// <summary>No machine has a group's address; one that is read backwards may look like it.</summary>
    private bool IsAddressOfAMachine(MacAddress target) => !target.IsMulticast || (_options.ReversedMacs && !target.Reversed.IsMulticast);

    /// <summary>A VLAN interface delivers its frames without the tag; it is put back, so that a frame is described alike wherever it is heard.</summary>
    private static int[] Vlans(Nic nic, in WolFrame frame)
    {
        var ids = new List<int>(frame.Vlans.Count + 1);
        if (nic.VlanId is { } own) ids.Add(own);
        for (var i = 0; i < frame.Vlans.Count; i++) ids.Add(frame.Vlans[i]);
        return [.. ids.Take(VlanIds.Max)];
    }
}
