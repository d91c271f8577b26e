using System.Text.Json.Serialization;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>metav1.Status: how the API server words a refusal, in an answer's body or in a watch's ERROR event.</summary>
internal sealed record ApiStatus(int? Code, string? Reason, string? Message, ApiStatusDetails? Details);

/// <summary>The part of metav1.StatusDetails that tells a client when to come back.</summary>
internal sealed record ApiStatusDetails(int? RetryAfterSeconds)
{
    public TimeSpan? RetryAfter => RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ApiStatus))]
internal sealed partial class ApiStatusJson : JsonSerializerContext;
