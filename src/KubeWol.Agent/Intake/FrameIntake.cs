using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Intake;

/// <summary>From bytes to messages: parses, leaves out repetitions and what is too much, and hands what is left to the outbox. No span goes further than this.</summary>
internal sealed class FrameIntake(AgentOptions options, Instructions instructions, FloodGuard guard, Turns turns, ClusterClock clock, Outbox outbox, AgentMetrics metrics, ILogger<FrameIntake> logger) : IFrameSink
{
    private readonly RecentMessages _recent = new();

    public void Receive(Nic nic, LinkType link, ReadOnlySpan<byte> frame, DateTimeOffset capturedAt)
    {
        if (!WolFrame.TryParse(link, frame, options.Ports, out var wol, out var reason))
        {
            metrics.FrameRefused(reason);
            return;
        }

        foreach (var packet in wol.Packets)
        {
            if (!IsAddressOfAMachine(packet.Target))
            {
                metrics.FrameRefused(DropReason.MulticastTarget);
                continue;
            }

            if (packet.Problem != DropReason.None)
            {
                metrics.FrameRefused(packet.Problem);
                continue;
            }

            var identity = instructions.Placed(MessageIdentity.Of(packet, wol.DestinationPort), nic.Name);
            if (_recent.IsRepetition(identity, capturedAt))
            {
                metrics.FrameRepeated();
                continue;
            }

            if (!guard.Admits(wol.SourceMac))
            {
                _recent.Forget(identity);
                metrics.RateLimited();
                continue;
            }

            var command = HeardCommand.In(packet);
            // Beside a signed command a password proves nothing more.
            var password = command is null && !packet.Password.IsEmpty ? new HeardPassword(packet.Password) : null;
            var signal = new WakeSignal(identity, password, command, nic.Name, wol.Transport, wol.SourceMac, wol.SourceIp, wol.DestinationPort, Vlans(nic, wol), clock.Of(capturedAt));
            signal = signal with { Turn = turns.Of(signal) };
            if (outbox.TryAdd(signal, signal.Turn.Wait))
            {
                metrics.FrameAccepted();
                logger.Heard(packet.Target, wol.SourceMac, nic.Name);
            }
            else
            {
                _recent.Forget(identity);
                metrics.QueueFull();
            }
        }
    }

    /// <summary>No machine has a group's address; one that is read backwards may look like it.</summary>
    private bool IsAddressOfAMachine(MacAddress target) => !target.IsMulticast || (options.ReversedMacs && !target.Reversed.IsMulticast);

    /// <summary>A VLAN interface delivers its frames without the tag; it is put back, so that a frame is described alike wherever it is heard.</summary>
    private static int[] Vlans(Nic nic, in WolFrame frame)
    {
        var ids = new List<int>(frame.Vlans.Count + 1);
        if (nic.VlanId is { } own) ids.Add(own);
        for (var i = 0; i < frame.Vlans.Count; i++) ids.Add(frame.Vlans[i]);
        return [.. ids.Take(VlanIds.Max)];
    }
}
