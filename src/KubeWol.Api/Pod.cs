using System.Text.Json.Serialization;
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

    /// <summary>Whether it says that it is ready.</summary>
    [JsonIgnore]
    public bool IsReady => Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    /// <summary>The number of a port that one of its containers gives a name; null where none does.</summary>
    public int? Port(string name) => Spec?.Containers?.SelectMany(c => c.Ports ?? []).FirstOrDefault(p => p.Name == name)?.Number;
}

/// <summary>What was asked for of a pod.</summary>
public sealed record PodSpec(string? NodeName, IReadOnlyList<PodContainer>? Containers = null);

/// <summary>A container of a pod, as far as it can be asked something.</summary>
public sealed record PodContainer(IReadOnlyList<ContainerPort>? Ports);

/// <summary>A port that a container says it listens on.</summary>
public sealed record ContainerPort(string? Name, [property: JsonPropertyName("containerPort")] int Number);

/// <summary>How a pod is.</summary>
public sealed record PodStatus(IReadOnlyList<PodCondition>? Conditions, [property: JsonPropertyName("podIP")] string? Address = null);

/// <summary>A condition of a pod.</summary>
public sealed record PodCondition(string? Type, string? Status);
