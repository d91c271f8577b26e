using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>The machine that is meant.</summary>
[Rule("has(self.macAddress) != has(self.name)", "set exactly one of target.macAddress and target.name")]
public sealed record WakeTarget
{
    /// <summary>
    /// A MAC address of the machine, such as 52:54:00:12:34:56. In the namespace KubeWol is installed in it may belong to a machine of any
    /// namespace; elsewhere only machines of the request's own namespace are considered.
    /// </summary>
    [StringLength(17)]
    [Rule("self.matches('^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$') || self.matches('^[0-9A-Fa-f]{2}(-[0-9A-Fa-f]{2}){5}$')",
        "a MAC address is six hexadecimal octets, such as 52:54:00:12:34:56")]
    public string? MacAddress { get; init; }

    /// <summary>The name of a VirtualMachine in the request's own namespace.</summary>
    [StringLength(253, MinimumLength = 1)]
    [Rule("self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",
        "this is not the name of a VirtualMachine; machines of other namespaces cannot be named: create the WakeRequest in the machine's namespace")]
    public string? Name { get; init; }
}
