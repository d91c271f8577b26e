using System.Globalization;
using KubeWol.Protocol;

namespace KubeWol.Bench;

/// <summary>A machine to be woken.</summary>
internal sealed record Target(string Name, MacAddress Mac)
{
    private const ulong First = 0x52_54_10_00_00_00;
    private const uint Vendors = 0xFF_FF_FF;
    private const uint Spread = 0x9E_37_79_B1;
    private static int s_made;

    /// <summary>A broadcast of the plainest kind.</summary>
    public byte[] Frame { get; } = new WolFrameBuilder().Build(MagicPacket.Build(Mac));

    /// <summary>Machines that no other call has.</summary>
    public static Target[] Make(int count) => [.. Enumerable.Range(0, count).Select(_ => Interlocked.Increment(ref s_made)).Select(i =>
        new Target($"vm-{i.ToString("d6", CultureInfo.InvariantCulture)}", AddressOf(i)))];

    /// <summary>All over a vendor's share, as nobody hands them out in a row; an odd factor lets none occur twice.</summary>
    private static MacAddress AddressOf(int number) => new(First | ((uint)number * Spread & Vendors));
}
