using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>Values for tests that do not care which.</summary>
internal static class Some
{
    private static int s_addresses;

    public static readonly MacAddress Target = MacAddress.Parse("52:54:00:12:34:56");

    public static AgentOptions Options => new() { Namespace = "kubewol-system", NodeName = "node-a" };

    /// <summary>An address that no other call gives.</summary>
    public static MacAddress NextTarget() => new(0x52_54_00_00_00_00 + (ulong)Interlocked.Increment(ref s_addresses));
}
