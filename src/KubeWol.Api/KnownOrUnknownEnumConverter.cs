using System.Text.Json;
using System.Text.Json.Serialization;

namespace KubeWol.Api;

/// <summary>
/// Enums as their names. A name that this version does not know becomes the enum's zero, called Unknown, instead of an error: one object
/// written by a newer version must not make a whole list undecodable.
/// </summary>
public sealed class KnownOrUnknownEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    // Enum.TryParse would take numbers, and two names at once.
    private static readonly Dictionary<string, T> Known = Enum.GetValues<T>().ToDictionary(v => v.ToString());

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } name && Known.TryGetValue(name, out var value) ? value : default;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
