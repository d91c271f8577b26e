using System.Net.NetworkInformation;
using System.Text;

namespace KubeWol.TestCluster.Tests.Network;

/// <summary>Frames that tests know again.</summary>
internal static class Frames
{
    /// <summary>A broadcast frame of the local experimental EtherType 0x88B5 (IEEE 802), with tags as given in front of it.</summary>
    public static byte[] Broadcast(PhysicalAddress from, string text, params ReadOnlySpan<byte> tags) =>
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. from.GetAddressBytes(), .. tags, 0x88, 0xb5, .. Encoding.ASCII.GetBytes(text.PadRight(46))];

    public static bool Says(this byte[] frame, string text) => frame.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
}
