using System.Text.Json.Serialization;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Events;

/// <summary>events.k8s.io/v1 Event: what <c>kubectl describe</c> and <c>kubectl events</c> show about an object.</summary>
internal sealed record KubernetesEvent : IResource
{
    public static readonly ResourceType<KubernetesEvent> ResourceType = new("events.k8s.io", "v1", "events", OperatorJson.Default.KubernetesEvent);

    public string ApiVersion { get; init; } = "events.k8s.io/v1";

    public string Kind { get; init; } = "Event";

    public ResourceMetadata Metadata { get; init; } = new();

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }

    public string? ReportingController { get; init; }

    public string? ReportingInstance { get; init; }

    public string? Action { get; init; }

    public string? Reason { get; init; }

    /// <summary>Normal or Warning.</summary>
    public string? Type { get; init; }

    /// <summary>For people; at most 1 kB.</summary>
    public string? Note { get; init; }

    public EventSubject? Regarding { get; init; }

    public EventSubject? Related { get; init; }
}

/// <summary>The object an Event is about.</summary>
internal sealed record EventSubject(string ApiVersion, string Kind, string? Namespace, string Name, string? Uid);
