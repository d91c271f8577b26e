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

    /// <summary>An intake that is told nothing, unless a test tells it.</summary>
    public static FrameIntake Intake(
        MetricsPage page, AgentOptions? options = null, ILogger<FrameIntake>? logger = null, Told? told = null, TimeProvider? time = null, KnownAddresses? known = null, FrameTrace? trace = null)
    {
        var addresses = known ?? new(options ?? Options);
        return new(options ?? Options, (told ?? new()).Instructions, addresses, new(options ?? Options, time ?? TimeProvider.System, NullLogger<FloodGuard>.Instance),
            trace ?? new(options ?? Options, addresses), page.Agent, time ?? TimeProvider.System, logger ?? NullLogger<FrameIntake>.Instance);
    }

    /// <summary>An address that no other call gives.</summary>
    public static MacAddress NextTarget() => new(0x52_54_00_00_00_00 + (ulong)Interlocked.Increment(ref s_addresses));
}
