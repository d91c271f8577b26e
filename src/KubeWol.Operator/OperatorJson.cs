using System.Text.Json.Serialization;
using KubeWol.Operator.Events;
using KubeWol.Operator.Requests;

namespace KubeWol.Operator;

/// <summary>What the operator writes.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WakeRequestStatusPatch))]
[JsonSerializable(typeof(KubernetesEvent))]
internal sealed partial class OperatorJson : JsonSerializerContext;
