using System.Text.Json.Serialization;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>A JSON merge patch of a request's status, or of nothing: a null that is written would take the status away.</summary>
internal sealed record WakeRequestStatusPatch(PatchMetadata Metadata, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] WakeRequestStatus? Status);

/// <summary>The version the patch insists on.</summary>
internal sealed record PatchMetadata(string? ResourceVersion);
