using System.Text.Json;
using System.Text.Json.Serialization;

namespace KubeWol.Api.KubeVirt;

/// <summary>Reads names of interfaces. Nearly all are called "default": a hundred thousand machines share the one string.</summary>
internal sealed class InterfaceNameConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("default"u8) ? "default" : reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
