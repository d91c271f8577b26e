using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>From what a machine is made.</summary>
public sealed record InstantiateSettings
{
    /// <summary>The name of a WakeTemplate in the request's own namespace; the one that claims the address if not set.</summary>
    [StringLength(253, MinimumLength = 1)]
    public string? Template { get; init; }

    /// <summary>Values for the template's parameters, each as text.</summary>
    [MaxItems(32)]
    [StringLength(1024)]
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }
}
