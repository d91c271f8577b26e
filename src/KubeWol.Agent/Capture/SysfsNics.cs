using System.Globalization;

namespace KubeWol.Agent.Capture;

/// <summary>Reads the interfaces from /sys/class/net (Documentation/ABI/testing/sysfs-class-net in the kernel) and VLAN ids from /proc/net/vlan.</summary>
internal sealed class SysfsNics(string sys = "/sys/class/net", string vlans = "/proc/net/vlan") : INicSource
{
    private const int Up = 1; // IFF_UP, linux/if.h

    public IReadOnlyList<Nic> List()
    {
        var nics = new List<Nic>();
        foreach (var path in Directory.EnumerateFileSystemEntries(sys))
        {
            // bonding_masters is a file among the directories; and an interface may vanish while it is read.
            if (ReadNumber(Path.Combine(path, "ifindex")) is not { } index || ReadNumber(Path.Combine(path, "flags")) is not { } flags) continue;
            var name = Path.GetFileName(path);
            var kind = Kind(path);
            nics.Add(new(name, index, kind, (flags & Up) != 0, kind == NicKind.Vlan ? VlanId(name) : null));
        }

        return nics;
    }

    private static NicKind Kind(string path) => path switch
    {
        _ when Directory.Exists(Path.Combine(path, "bonding")) => NicKind.Bond,
        _ when Directory.Exists(Path.Combine(path, "bridge")) => NicKind.Bridge,
        _ => DeviceType(path) switch
        {
            "vlan" => NicKind.Vlan,
            "team" => NicKind.Bond,
            _ => Directory.Exists(Path.Combine(path, "device")) ? NicKind.Physical : NicKind.Other,
        },
    };

    private static string? DeviceType(string path) =>
        Read(Path.Combine(path, "uevent"))?.Split('\n').FirstOrDefault(l => l.StartsWith("DEVTYPE=", StringComparison.Ordinal))?["DEVTYPE=".Length..];

    /// <summary>From the line <c>eth0.10  VID: 10  REORDER_HDR: 1 …</c>.</summary>
    private int? VlanId(string name)
    {
        var words = Read(Path.Combine(vlans, name))?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var at = Array.IndexOf(words, "VID:");
        return at >= 0 && at + 1 < words.Length && int.TryParse(words[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    private static int? ReadNumber(string path)
    {
        var text = Read(path)?.Trim();
        if (text is null) return null;
        return text.StartsWith("0x", StringComparison.Ordinal)
            ? int.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) ? hex : null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
