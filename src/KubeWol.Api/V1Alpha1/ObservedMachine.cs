using System.ComponentModel.DataAnnotations;

namespace KubeWol.Api.V1Alpha1;

/// <summary>A machine before and after a request, in the words of KubeVirt's printableStatus.</summary>
public sealed record ObservedMachine
{
    /// <summary>Its state when the request first found it.</summary>
    [StringLength(64)]
    public string? Before { get; init; }

    /// <summary>Its state when the request was finished.</summary>
    [StringLength(64)]
    public string? After { get; init; }

    /// <summary>The node it was on at first; absent when it was on none.</summary>
    [StringLength(253)]
    public string? NodeBefore { get; init; }

    /// <summary>The node it was on in the end; absent when it is on none.</summary>
    [StringLength(253)]
    public string? NodeAfter { get; init; }

    /// <summary>The VirtualMachine's metadata.generation when something was last done to it: whoever changes its run strategy afterwards makes it grow.</summary>
    public long? Generation { get; init; }
}
