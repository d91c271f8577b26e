using KubeWol.ControllerRuntime;

namespace KubeWol.Api;

/// <summary>The part of a core/v1 Pod that says where it runs and whether it is ready.</summary>
public sealed record Pod : IResource
{
    /// <summary>Where Pods are served.</summary>
    public static readonly ResourceType<Pod> Type = new("", "v1", "pods", ApiJson.Default.Pod);

    /// <inheritdoc/>
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>What was asked for.</summary>
    public PodSpec? Spec { get; init; }

    /// <summary>How it is.</summary>
    public PodStatus? Status { get; init; }
}

/// <summary>What was asked for of a pod.</summary>
public sealed record PodSpec(string? NodeName);

/// <summary>How a pod is.</summary>
public sealed record PodStatus(IReadOnlyList<PodCondition>? Conditions);

/// <summary>A condition of a pod.</summary>
public sealed record PodCondition(string? Type, string? Status);
