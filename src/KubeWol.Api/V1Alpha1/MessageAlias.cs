using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What a plain packet asks for that is marked in a way its sender can bring about.</summary>
[Rule("[has(self.port), has(self.passwordKey), has(self.reversedMac)].filter(set, set).size() == 1", "say how such packets are marked: set exactly one of port, passwordKey and reversedMac")]
[Rule("self.verb != 'Destroy'", "a plain packet never deletes a machine: Destroy needs a signed command")]
public sealed record MessageAlias
{
    /// <summary>What it asks for.</summary>
    [Required]
    public WakeAction? Verb { get; init; }

    /// <summary>It is sent to this UDP port. The agents must listen to it.</summary>
    [Range(1, 65_535)]
    public int? Port { get; init; }

    /// <summary>It carries the SecureOn password that stands under this key in this namespace's Secret kubewol-secureon.</summary>
    [StringLength(253, MinimumLength = 1)]
    public string? PasswordKey { get; init; }

    /// <summary>It carries the machine's MAC address backwards, as the sleep-on-lan programs send it. The agents must report such addresses.</summary>
    [Rule("self", "reversedMac is true or left out")]
    public bool? ReversedMac { get; init; }
}
