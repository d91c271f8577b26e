using System.Buffers;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.ControllerRuntime.Internal;

/// <summary>Decodes lists and watch lines straight into lean types, each object once.</summary>
internal static class WatchDecoder
{
    /// <summary>Decodes <c>{"type":…,"object":…}</c>, the members in any order. An object that does not fit the type is reported, and counts as gone.</summary>
    /// <exception cref="ApiException">The line is an ERROR event.</exception>
    /// <exception cref="JsonException">The line is not JSON.</exception>
    public static WatchEvent<T> Event<T>(ReadOnlySequence<byte> line, JsonTypeInfo<T> json, Action<ResourceMetadata?, JsonException> misfit)
        where T : class, IResource
    {
        var type = WatchEventType.Unknown;
        var error = false;
        var reader = new Utf8JsonReader(line, ServerJson.Options);
        Utf8JsonReader @object = default;
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                Expect(ref reader, JsonTokenType.String);
                error = reader.ValueTextEquals("ERROR"u8);
                type = reader switch
                {
                    _ when reader.ValueTextEquals("ADDED"u8) || reader.ValueTextEquals("MODIFIED"u8) => WatchEventType.Set,
                    _ when reader.ValueTextEquals("DELETED"u8) => WatchEventType.Deleted,
                    _ when reader.ValueTextEquals("BOOKMARK"u8) => WatchEventType.Bookmark,
                    _ => WatchEventType.Unknown,
                };
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                Next(ref reader);
                @object = reader; // a copy of the position: the type may come after the object
                reader.Skip();
            }
            else
            {
                Next(ref reader);
                reader.Skip();
            }
        }

        ServerJson.ExpectEnd(ref reader);
        if (@object.TokenType != JsonTokenType.StartObject) throw new JsonException("the event has no object");
        if (error)
        {
            var status = JsonSerializer.Deserialize(ref @object, ApiStatusJson.Default.ApiStatus);
            throw new ApiException((HttpStatusCode)(status?.Code ?? 500), status?.Reason ?? "", status?.Message ?? "the watch ended with an error", status?.Details?.RetryAfter);
        }

        var (metadata, decoded) = type == WatchEventType.Set ? Decode(ref @object, json, misfit) : (MetadataOf(@object), null);
        if (metadata is null) return default;
        return new(type == WatchEventType.Set && decoded is null ? WatchEventType.Deleted : type, metadata, decoded);
    }

    /// <summary>
    /// Decodes one page of a list: adds its items to <paramref name="items"/>, and returns the list's version and the token of the next page, if any.
    /// An item that does not fit the type is reported and skipped.
    /// </summary>
    /// <exception cref="JsonException">The page is not JSON, or no list.</exception>
    public static (string ResourceVersion, string? Continue) Page<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> json, List<T> items, Action<ResourceMetadata?, JsonException> misfit)
        where T : class, IResource
    {
        string? version = null, next = null;
        var reader = new Utf8JsonReader(body, ServerJson.Options);
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("items"u8))
            {
                if (Next(ref reader) == JsonTokenType.Null) continue;
                if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("the list's items are no array");
                while (Next(ref reader) != JsonTokenType.EndArray)
                {
                    if (Decode(ref reader, json, misfit).Object is { } item) items.Add(item);
                }
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                Next(ref reader);
                var list = JsonSerializer.Deserialize(ref reader, EnvelopeJson.Default.ListMetadata);
                (version, next) = (list?.ResourceVersion, list?.Continue);
            }
            else
            {
                Next(ref reader);
                reader.Skip();
            }
        }

        ServerJson.ExpectEnd(ref reader);
        // Taking any other JSON for an empty list would delete everything that is known.
        if (string.IsNullOrEmpty(version)) throw new JsonException("the answer is no list: it has no resourceVersion");
        return (version, string.IsNullOrEmpty(next) ? null : next);
    }

    /// <summary>Decodes the value the reader stands on and moves to its end. One odd object, stored by whatever version, must not blind us to all others.</summary>
    private static (ResourceMetadata? Metadata, T? Object) Decode<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> json, Action<ResourceMetadata?, JsonException> misfit)
        where T : class, IResource
    {
        var start = reader;
        var value = reader;
        reader.Skip(); // throws where the document itself is broken
        try
        {
            return JsonSerializer.Deserialize(ref value, json) is { Metadata.Name.Length: > 0 } named ? (named.Metadata, named) : throw new JsonException("the object has no name");
        }
        catch (JsonException e)
        {
            var metadata = MetadataOf(start);
            misfit(metadata, e);
            return (metadata, null);
        }
    }

    /// <summary>The metadata of an object that need not fit its type: a bookmark is an object without content.</summary>
    private static ResourceMetadata? MetadataOf(Utf8JsonReader reader)
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, EnvelopeJson.Default.BareResource)?.Metadata;
        }
        catch (JsonException)
        {
            return null; // reported where it matters
        }
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) => reader.Read() ? reader.TokenType : throw new JsonException("the document ends too early");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (Next(ref reader) != type) throw new JsonException($"{type} expected, {reader.TokenType} found");
    }
}

/// <summary>metav1.ListMeta.</summary>
internal sealed record ListMetadata(string? ResourceVersion, string? Continue);

/// <summary>An object of any kind, down to its metadata.</summary>
internal sealed record BareResource(ResourceMetadata? Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ListMetadata))]
[JsonSerializable(typeof(BareResource))]
internal sealed partial class EnvelopeJson : JsonSerializerContext;
