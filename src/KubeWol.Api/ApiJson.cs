using System.Text.Json.Serialization;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Api;

/// <summary>Encodes and decodes every kind without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WakeRequest))]
[JsonSerializable(typeof(WakeTemplate))]
[JsonSerializable(typeof(WakePolicy))]
[JsonSerializable(typeof(VirtualMachine))]
[JsonSerializable(typeof(VirtualMachineInstance))]
[JsonSerializable(typeof(Migration))]
[JsonSerializable(typeof(VirtualMachineClone))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(Distinguished))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(Pod))]
public sealed partial class ApiJson : JsonSerializerContext;
