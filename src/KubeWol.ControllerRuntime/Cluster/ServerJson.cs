using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>JSON as the API server writes it.</summary>
internal static class ServerJson
{
    /// <summary>
    /// The server takes objects nested 10,000 deep (sigs.k8s.io/json), and some kinds keep fields that nobody knows. With the framework's
    /// limit of 64, one such object in one tenant's namespace would stop the list and the watch of all.
    /// </summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 10_010 };

    /// <exception cref="JsonException">It is not JSON, or does not fit the type.</exception>
    public static T? Decode<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        var reader = new Utf8JsonReader(json, Options);
        var value = JsonSerializer.Deserialize(ref reader, type);
        ExpectEnd(ref reader);
        return value;
    }

    public static void ExpectEnd(ref Utf8JsonReader reader)
    {
        if (reader.Read()) throw new JsonException("the document goes on after its end");
    }
}
