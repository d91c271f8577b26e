using KubeWol.Agent.Capture;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>A tree as the kernel shows it: links in class/net to directories of devices, and VLANs in a directory of their own.</summary>
internal sealed class FakeSysfs : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kubewol-agent-tests-");

    public FakeSysfs()
    {
        Class = _root.CreateSubdirectory("class/net").FullName;
        Vlans = _root.CreateSubdirectory("vlan").FullName;
        Nics = new SysfsNics(Class, Vlans);
    }

    public string Class { get; }

    public string Vlans { get; }

    public SysfsNics Nics { get; }

    /// <summary>Adds an interface; folders tell a bond, a bridge or a device.</summary>
    public string Add(string name, string index = "7\n", string? flags = "0x1003\n", string? uevent = null, params string[] folders)
    {
        var device = _root.CreateSubdirectory($"devices/{name}").FullName;
        File.WriteAllText(Path.Combine(device, "ifindex"), index);
        if (flags is not null) File.WriteAllText(Path.Combine(device, "flags"), flags);
        File.WriteAllText(Path.Combine(device, "uevent"), $"{uevent}INTERFACE={name}\nIFINDEX={index}");
        foreach (var folder in folders) Directory.CreateDirectory(Path.Combine(device, folder));
        File.CreateSymbolicLink(Path.Combine(Class, name), Path.Combine("../../devices", name));
        return device;
    }

    public void AddVlan(string name, string file)
    {
        Add(name, uevent: "DEVTYPE=vlan\n");
        File.WriteAllText(Path.Combine(Vlans, name), file);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
