using System.Buffers;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.ControllerRuntime.Internal;

/// <summary>Decodes lists and watch lines straight into lean types, each object once.</summary>
internal static class WatchDecoder
{
    /// <summary>Decodes <c>{"type":…,"object":…}</c>, the members in any order. An object that does not fit the type is reported and skipped.</summary>
    /// <exception cref="ApiException">The line is an ERROR event.</exception>
    /// <exception cref="JsonException">The line is not JSON.</exception>
    public static WatchEvent<T> Event<T>(ReadOnlySequence<byte> line, JsonTypeInfo<T> json, Action<JsonException> misfit)
        where T : class
    {
        var type = WatchEventType.Unknown;
        var error = false;
        var reader = new Utf8JsonReader(line);
        Utf8JsonReader @object = default;
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                Next(ref reader);
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

        if (@object.TokenType != JsonTokenType.StartObject) throw new JsonException("the event has no object");
        if (error)
        {
            var status = JsonSerializer.Deserialize(ref @object, ApiStatusJson.Default.ApiStatus);
            throw new ApiException((HttpStatusCode)(status?.Code ?? 500), status?.Reason ?? "", status?.Message ?? "the watch ended with an error");
        }

        return type != WatchEventType.Unknown && Decode(ref @object, json, misfit) is { } decoded ? new(type, decoded) : default;
    }

    /// <summary>
    /// Decodes one page of a list: adds its items to <paramref name="items"/>, and returns the list's version and the token of the next page, if any.
    /// An item that does not fit the type is reported and skipped.
    /// </summary>
    /// <exception cref="JsonException">The page is not JSON.</exception>
    public static (string ResourceVersion, string? Continue) Page<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> json, List<T> items, Action<JsonException> misfit)
        where T : class
    {
        string version = "", next = "";
        var reader = new Utf8JsonReader(body);
        Expect(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader) != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("items"u8))
            {
                if (Next(ref reader) == JsonTokenType.Null) continue;
                while (Next(ref reader) != JsonTokenType.EndArray)
                {
                    if (Decode(ref reader, json, misfit) is { } item) items.Add(item);
                }
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                Expect(ref reader, JsonTokenType.StartObject);
                while (Next(ref reader) != JsonTokenType.EndObject)
                {
                    var isVersion = reader.ValueTextEquals("resourceVersion"u8);
                    var isContinue = reader.ValueTextEquals("continue"u8);
                    Next(ref reader);
                    if (isVersion) version = reader.GetString() ?? "";
                    else if (isContinue) next = reader.GetString() ?? "";
                    else reader.Skip();
                }
            }
            else
            {
                Next(ref reader);
                reader.Skip();
            }
        }

        return (version, next.Length == 0 ? null : next);
    }

    /// <summary>Decodes the value the reader stands on and moves to its end. One odd object, stored by whatever version, must not blind us to all others.</summary>
    private static T? Decode<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> json, Action<JsonException> misfit)
        where T : class
    {
        var value = reader;
        reader.Skip(); // throws where the document itself is broken
        try
        {
            return JsonSerializer.Deserialize(ref value, json);
        }
        catch (JsonException e)
        {
            misfit(e);
            return null;
        }
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) => reader.Read() ? reader.TokenType : throw new JsonException("the document ends too early");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (Next(ref reader) != type) throw new JsonException($"{type} expected, {reader.TokenType} found");
    }
}
