using KubeWol.Agent.Delivery;
using KubeWol.Agent.Index;
using KubeWol.Agent.Intake;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>Values for tests that do not care which.</summary>
internal static class Some
{
    private static int s_addresses;

    public static readonly MacAddress Target = MacAddress.Parse("52:54:00:12:34:56");

    /// <summary>Takes as many messages as a test has; those about limits set their own.</summary>
    public static AgentOptions Options => new() { Namespace = "kubewol-system", NodeName = "node-a", RateLimits = new(1_000_000, 1_000, 1_000_000, 1_000) };

    /// <summary>A plain message; equal to no other one.</summary>
    public static WakeSignal Signal => new(
        new(Target, 9), null, null, "eth0", WolTransport.UdpV4, MacAddress.Parse("02:00:00:00:08:42"), IpAddress.Parse("192.0.2.84"), 9, [], new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    /// <summary>An intake that is told nothing, unless a test tells it.</summary>
    public static FrameIntake Intake(
        MetricsPage page, AgentOptions? options = null, ILogger<FrameIntake>? logger = null, Told? told = null, TimeProvider? time = null, Outbox? outbox = null,
        KnownAddresses? known = null, FrameTrace? trace = null, ClusterClock? clusterClock = null)
    {
        var (given, clock, instructions) = (options ?? Options, time ?? TimeProvider.System, (told ?? new()).Instructions);
        var addresses = known ?? new(given);
        return new(given, instructions, addresses, new(given, clock, NullLogger<FloodGuard>.Instance), new(instructions, given, clock),
            clusterClock ?? Clock(clock), outbox ?? Outbox(page, given, clock), trace ?? new(given, addresses), page.Agent, clock,
            logger ?? NullLogger<FrameIntake>.Instance);
    }

    /// <summary>A clock that the API server agrees with.</summary>
    public static ClusterClock Clock(TimeProvider time)
    {
        var clock = UnknownClock(time);
        // Twice the same second, early and late in it.
        var (said, now) = (time.GetUtcNow() - TimeSpan.FromSeconds(0.85), time.GetTimestamp());
        var before = now - (time.TimestampFrequency * 7 / 10);
        clock.Said(said, before, before);
        clock.Said(said, now, now);
        return clock;
    }

    /// <summary>A clock of which nobody has said yet whether it is right.</summary>
    public static ClusterClock UnknownClock(TimeProvider time) => new(time, new MetricsPage().Agent, NullLogger<ClusterClock>.Instance);

    /// <summary>An outbox that nobody empties but the test.</summary>
    public static Outbox Outbox(MetricsPage page, AgentOptions? options = null, TimeProvider? time = null, ILogger<Outbox>? logger = null, Spool? spool = null, ClusterClock? clusterClock = null) =>
        new(options ?? Options, spool ?? Spool(page, options, time), page.Agent, clusterClock ?? UnknownClock(time ?? TimeProvider.System), logger ?? NullLogger<Outbox>.Instance);

    /// <summary>A spool that keeps nothing, unless the options say where.</summary>
    public static Spool Spool(MetricsPage page, AgentOptions? options = null, TimeProvider? time = null, ILogger<Spool>? logger = null, Told? told = null, ClusterClock? clock = null)
    {
        var instructions = (told ?? new()).Instructions;
        return new(options ?? Options, instructions, clock ?? UnknownClock(time ?? TimeProvider.System), new(instructions, options ?? Options), page.Agent, time ?? TimeProvider.System, logger ?? NullLogger<Spool>.Instance);
    }

    /// <summary>The next message in an outbox, which forgets it; null when there is none whose time has come.</summary>
    public static WakeSignal? Next(this Outbox outbox)
    {
        if (outbox.Take(preferFresh: true) is not { } entry) return null;
        outbox.Remove(entry);
        return entry.Signal;
    }

    /// <summary>An address that no other call gives.</summary>
    public static MacAddress NextTarget() => new(0x52_54_00_00_00_00 + (ulong)Interlocked.Increment(ref s_addresses));
}
