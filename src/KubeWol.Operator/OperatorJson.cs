using System.Text.Json.Serialization;
using KubeWol.Operator.Events;
using KubeWol.Operator.Index;
using KubeWol.Operator.Keys;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator;

/// <summary>What the operator writes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WakeTemplateStatusPatch))]
[JsonSerializable(typeof(WakePolicyStatusPatch))]
[JsonSerializable(typeof(KubernetesEvent))]
[JsonSerializable(typeof(OperatorKeySecret))]
[JsonSerializable(typeof(SecureOnSecret))]
[JsonSerializable(typeof(ConfigMapPatch))]
[JsonSerializable(typeof(ShardPatch))]
internal sealed partial class OperatorJson : JsonSerializerContext;

/// <summary>What the operator reports: a merge patch takes away only what it names, so what a status no longer has is said, too.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WakeRequestStatusPatch))]
internal sealed partial class ReportJson : JsonSerializerContext;
