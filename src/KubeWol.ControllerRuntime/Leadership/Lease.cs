using System.Text.Json.Serialization;

namespace KubeWol.ControllerRuntime.Leadership;

/// <summary>coordination.k8s.io/v1 Lease.</summary>
internal sealed record Lease : IResource
{
    public static readonly ResourceType<Lease> Type = new("coordination.k8s.io", "v1", "leases", LeaseJson.Default.Lease);

    public string ApiVersion { get; init; } = "coordination.k8s.io/v1";

    public string Kind { get; init; } = "Lease";

    public ResourceMetadata Metadata { get; init; } = new();

    public LeaseSpec Spec { get; init; } = new();
}

/// <summary>Who holds a lease, and when the holder last said so.</summary>
internal sealed record LeaseSpec
{
    /// <summary>Empty or null: released.</summary>
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    public int? LeaseTransitions { get; init; }
}

/// <summary>A write to a lease that only succeeds on the version that was read. Fields of the lease that are not ours stay.</summary>
internal sealed record LeasePatch(LeasePatchMetadata Metadata, LeaseSpec Spec);

/// <summary>The version a <see cref="LeasePatch"/> insists on.</summary>
internal sealed record LeasePatchMetadata(string? ResourceVersion);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(LeasePatch))]
internal sealed partial class LeaseJson : JsonSerializerContext;
