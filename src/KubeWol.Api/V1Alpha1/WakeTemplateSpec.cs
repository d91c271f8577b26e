using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Which addresses are claimed, and what becomes of them.</summary>
[Rule("[has(self.virtualMachine), has(self.clone), has(self.virtualMachineTemplate)].filter(set, set).size() == 1",
    "say what the machines are made from: set exactly one of virtualMachine, clone and virtualMachineTemplate")]
public sealed record WakeTemplateSpec
{
    /// <summary>How many machines a template may have that names no number.</summary>
    public const int DefaultMaxInstances = 10;

    /// <summary>The addresses for which a machine is made. Give them to nobody else: an address that two templates claim is used by neither.</summary>
    [Required]
    public ClaimedAddresses MacAddresses { get; init; } = new();

    /// <summary>The machine itself. Every string in it may contain $(parameter), $(mac) and $(macHex); $$( stands for a plain $(.</summary>
    public InlineMachine? VirtualMachine { get; init; }

    /// <summary>A machine or a snapshot of this namespace to clone.</summary>
    [JsonPropertyName("clone")] // a record may not have a member Clone
    public CloneSource? CloneOf { get; init; }

    /// <summary>A VirtualMachineTemplate (template.kubevirt.io) of this namespace to process, where the cluster has that API.</summary>
    public MachineTemplateSource? VirtualMachineTemplate { get; init; }

    /// <summary>The name of the interface that gets the address; the machine's first one if not set.</summary>
    [StringLength(63, MinimumLength = 1)]
    public string? Interface { get; init; }

    /// <summary>What a WakeRequest may say about its machine.</summary>
    [MaxItems(32)]
    [ListMapKey("name")]
    public IReadOnlyList<TemplateParameter>? Parameters { get; init; }

    /// <summary>
    /// The name of a machine, in which $(parameter), $(mac) and $(macHex) are filled in; the template's name and $(macHex) with a hyphen between them
    /// if not set. The same address must give the same name, and another address another one: put $(macHex) into it.
    /// </summary>
    [StringLength(253, MinimumLength = 1)]
    public string? NameTemplate { get; init; }

    /// <summary>How many machines made from this template may exist at the same time; 10 if not set.</summary>
    [Range(1, 1000)]
    [DefaultValue(DefaultMaxInstances)]
    public int? MaxInstances { get; init; }

    /// <summary>Labels for the machines, besides those they bring with them.</summary>
    [MaxItems(32)]
    [StringLength(63)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
