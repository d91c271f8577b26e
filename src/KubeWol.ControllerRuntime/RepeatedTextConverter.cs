using System.Text.Json;
using System.Text.Json.Serialization;

namespace KubeWol.ControllerRuntime;

/// <summary>
/// Reads texts that many objects share, such as namespaces and states: a hundred thousand objects hold one string then, and not a copy each. What was
/// read lately is remembered in a table of fixed size, in which a rare text may push another out; that costs a copy, and nothing else.
/// </summary>
public sealed class RepeatedTextConverter : JsonConverter<string>
{
    private const int Size = 1_024;
    private static readonly string?[] Lately = new string?[Size];

    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // What is spread over two buffers is rare: it is read like any other text, as is what is no string, and refused there.
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence) return reader.GetString();
        var hash = new HashCode();
        hash.AddBytes(reader.ValueSpan);
        ref var place = ref Lately[(uint)hash.ToHashCode() % Size];
        return place is { } known && reader.ValueTextEquals(known) ? known : place = reader.GetString();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
