using System.Security.Cryptography;
using System.Text;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>The addresses of a running guest's NICs.</summary>
internal static class LiveNics
{
    /// <summary>
    /// The MAC of the spec where it fixes one. Otherwise the pod's, made from the instance's uid: kept across migrations, another one
    /// at each start.
    /// </summary>
    public static IReadOnlyList<LiveInterface> Of(VirtualMachineInstance vmi) =>
    [
        .. VmiNetworks.Of(vmi.Spec).Select((nic, index) =>
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{vmi.Metadata.Uid}/{index}"));
            var mac = nic.MacAddress is { Length: > 0 } given ? Canonical(given) : $"0a:58:{hash[0]:x2}:{hash[1]:x2}:{hash[2]:x2}:{hash[3]:x2}";
            return new LiveInterface(nic.Name, mac, nic.IsOnPodNetwork ? $"10.{hash[4]}.{hash[5]}.{1 + hash[6] % 254}" : null);
        }),
    ];

    /// <summary>The hypervisor reports lower case and colons, however the spec wrote it.</summary>
    private static string Canonical(string mac)
    {
        var digits = mac.Where(char.IsAsciiHexDigit).Select(char.ToLowerInvariant).ToArray();
        return string.Join(':', digits.Chunk(2).Select(pair => new string(pair)));
    }
}
