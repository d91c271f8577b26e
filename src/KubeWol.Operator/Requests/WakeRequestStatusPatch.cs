using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>A JSON merge patch of a request's status.</summary>
internal sealed record WakeRequestStatusPatch(PatchMetadata Metadata, WakeRequestStatus Status);

/// <summary>The version the patch insists on.</summary>
internal sealed record PatchMetadata(string? ResourceVersion);
