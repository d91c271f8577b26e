using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.KubeVirt;

/// <summary>JSON as Go writes it: camel case, empty values left out, times in whole seconds of UTC.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(MetaTimeConverter)])]
[JsonSerializable(typeof(VirtualMachine))]
[JsonSerializable(typeof(VirtualMachineInstance))]
[JsonSerializable(typeof(Migration))]
[JsonSerializable(typeof(VirtualMachineClone))]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(VerbOptions))]
[JsonSerializable(typeof(IReadOnlyList<StateChangeRequest>))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonNode))]
internal sealed partial class KubeVirtJson : JsonSerializerContext;

/// <summary>metav1.Time: RFC 3339, whole seconds, Z.</summary>
internal sealed class MetaTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
