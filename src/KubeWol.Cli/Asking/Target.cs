using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Cli.Asking;

/// <summary>A machine as its user writes it: a MAC address, a name, or NAMESPACE/NAME.</summary>
/// <param name="Mac">The address; null where it is a name.</param>
/// <param name="Name">The name; null where it is an address.</param>
/// <param name="Namespace">The namespace that was written before the name; null for none.</param>
internal sealed record Target(MacAddress? Mac, string? Name, string? Namespace)
{
    private static readonly string[] Kinds = ["vm", "vms", "virtualmachine", "virtualmachines"];

    /// <summary>Reads one; vm/NAME is a name even where NAME could be an address.</summary>
    public static Target Parse(string text) => text.Split('/', 2) switch
    {
        [var kind, var name] when Kinds.Contains(kind) => new(null, name, null),
        [var ns, var name] => new(null, name, ns),
        _ when MacAddress.TryParse(text, out var mac) => new(mac, null, null),
        _ => new(null, text, null),
    };

    public WakeTarget ToApi() => Mac is { } mac ? new() { MacAddress = mac.ToString() } : new() { Name = Name };

    public override string ToString() => Mac?.ToString() ?? Name!;
}
