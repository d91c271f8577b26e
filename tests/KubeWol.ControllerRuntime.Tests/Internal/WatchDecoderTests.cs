using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;

namespace KubeWol.ControllerRuntime.Tests.Internal;

public sealed class WatchDecoderTests
{
    private readonly List<(string? Name, string Problem)> _misfits = [];

    [Theory]
    [InlineData("ADDED", nameof(WatchEventType.Set))]
    [InlineData("MODIFIED", nameof(WatchEventType.Set))]
    [InlineData("DELETED", nameof(WatchEventType.Deleted))]
    [InlineData("BOOKMARK", nameof(WatchEventType.Bookmark))]
    public void Each_kind_of_event_is_known(string type, string expected)
    {
        var change = Event(Widget.Of("w", 7, "red").Event(type));

        Assert.Equal(expected, change.Type.ToString());
        Assert.Equal("7", change.Metadata!.ResourceVersion);
        Assert.Equal(expected == nameof(WatchEventType.Set) ? "red" : null, change.Object?.Spec!.Colour);
        Assert.Empty(_misfits);
    }

    [Theory]
    [InlineData("""{"type":"FUTURE","object":{"metadata":{"name":"w","resourceVersion":"3"}}}""")]
    [InlineData("""{"object":{"metadata":{"name":"w"}}}""")]
    public void An_event_of_a_kind_that_is_not_known_says_nothing(string line) => Assert.False(Event(line).IsKnown);

    [Fact]
    public void The_type_may_come_after_the_object_and_other_members_before_either()
    {
        var change = Event("""{"x":{"type":"DELETED"},"object":{"metadata":{"name":"w","resourceVersion":"3"}},"y":[1,{}],"type":"ADDED"}""");

        Assert.Equal(WatchEventType.Set, change.Type);
        Assert.Equal("w", change.Object!.Metadata.Name);
    }

    [Fact]
    public void A_line_may_be_cut_into_pieces_of_any_size()
    {
        var line = Encoding.UTF8.GetBytes(Widget.Of("w", 7, "grün \\\" 🜁").Event("ADDED"));

        for (var size = 1; size <= line.Length; size++)
        {
            var change = WatchDecoder.Event(Pieces(line, size), Widget.Type.Json, Misfit);
            Assert.Equal(Widget.Of("w", 7, "grün \\\" 🜁"), change.Object);
        }
    }

    [Fact]
    public void A_line_cut_short_at_any_place_is_no_event()
    {
        var line = Widget.Of("w", 7).Event("ADDED").TrimEnd();

        for (var length = 0; length < line.Length; length++) Assert.ThrowsAny<JsonException>(() => Event(line[..length]));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("nonsense")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":null}""")]
    [InlineData("""{"type":"ADDED","object":[]}""")]
    [InlineData("""{"type":7,"object":{}}""")]
    [InlineData("""{"type":"ADDED","object":{}} {}""")]
    public void What_is_no_event_is_refused(string line) => Assert.ThrowsAny<JsonException>(() => Event(line));

    [Fact]
    public void An_error_event_is_the_refusal_that_it_carries()
    {
        var e = Assert.Throws<ApiException>(() => Event("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old","details":{"retryAfterSeconds":3}}}"""));

        Assert.Equal((HttpStatusCode.Gone, "Expired", "too old", TimeSpan.FromSeconds(3)), (e.StatusCode, e.Reason, e.Message, e.RetryAfter));
    }

    [Fact]
    public void An_error_event_without_particulars_is_an_error_of_the_server()
    {
        var e = Assert.Throws<ApiException>(() => Event("""{"type":"ERROR","object":{}}"""));

        Assert.Equal(HttpStatusCode.InternalServerError, e.StatusCode);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"w","namespace":"n","resourceVersion":"8"},"spec":{"size":"large"}}""")]
    [InlineData("""{"metadata":{"name":"w","namespace":"n","resourceVersion":"8"},"spec":[]}""")]
    public void An_object_that_does_not_fit_is_reported_by_name_and_counts_as_gone(string json)
    {
        var change = Event(Line("MODIFIED", json));

        Assert.Equal((WatchEventType.Deleted, "w", "n", "8"), (change.Type, change.Metadata!.Name, change.Metadata.Namespace, change.Metadata.ResourceVersion));
        Assert.Equal("w", Assert.Single(_misfits).Name);
    }

    [Fact]
    public void The_last_state_of_a_deleted_object_need_not_fit()
    {
        var change = Event("""{"type":"DELETED","object":{"metadata":{"name":"w","resourceVersion":"8"},"spec":{"size":"large"}}}""");

        Assert.Equal((WatchEventType.Deleted, "w"), (change.Type, change.Metadata!.Name));
        Assert.Empty(_misfits);
    }

    [Theory]
    [InlineData("""{"metadata":null}""")]
    [InlineData("""{"metadata":{}}""")]
    [InlineData("""{"metadata":{"name":7}}""")]
    [InlineData("{}")]
    public void An_object_without_a_name_is_reported_and_never_reaches_a_cache(string json)
    {
        Assert.Null(Event(Line("ADDED", json)).Object);
        Assert.Single(_misfits);
    }

    [Fact]
    public void A_bookmark_needs_no_more_than_a_version()
    {
        var change = Event(Widget.Bookmark(12));

        Assert.Equal((WatchEventType.Bookmark, "12"), (change.Type, change.Metadata!.ResourceVersion));
    }

    /// <summary>As deep as the API server takes them; the framework's own limit is 64.</summary>
    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(9_990)]
    public void An_object_may_hide_something_nested_as_deep_as_the_server_allows(int depth)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        var json = """{"metadata":{"name":"w","resourceVersion":"8"},"unknown":DEEP,"spec":{"colour":"red","other":DEEP}}""".Replace("DEEP", deep, StringComparison.Ordinal);

        Assert.Equal("red", Event(Line("ADDED", json)).Object!.Spec!.Colour);
        var (_, _, items) = Page($$"""{"metadata":{"resourceVersion":"9"},"items":[{{json}}]}""");
        Assert.Equal("red", Assert.Single(items).Spec!.Colour);
        Assert.Empty(_misfits);
    }

    [Fact]
    public void A_page_gives_its_items_its_version_and_where_to_go_on()
    {
        var (version, next, items) = Page(Widget.List(41, "more", Widget.Of("a", 1), Widget.Of("b", 2)));

        Assert.Equal(("41", "more"), (version, next));
        Assert.Equal([Widget.Of("a", 1), Widget.Of("b", 2)], items);
    }

    [Theory]
    [InlineData("""{"items":null,"metadata":{"resourceVersion":"5"}}""")]
    [InlineData("""{"items":[],"metadata":{"resourceVersion":"5","continue":""}}""")]
    [InlineData("""{"metadata":{"resourceVersion":"5","remainingItemCount":3,"selfLink":{"a":[1]},"continue":null}}""")]
    public void A_page_may_be_empty(string json)
    {
        var (version, next, items) = Page(json);

        Assert.Equal(("5", null), (version, next));
        Assert.Empty(items);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"status":"ok"}""")]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"items":[],"metadata":{}}""")]
    [InlineData("""{"items":[],"metadata":null}""")]
    [InlineData("""{"items":[],"metadata":{"resourceVersion":""}}""")]
    [InlineData("""{"items":{},"metadata":{"resourceVersion":"5"}}""")]
    [InlineData("""{"items":7,"metadata":{"resourceVersion":"5"}}""")]
    [InlineData("""[{"metadata":{"resourceVersion":"5"}}]""")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("")]
    public void What_is_no_list_is_not_taken_for_an_empty_one(string json) => Assert.ThrowsAny<JsonException>(() => Page(json));

    [Fact]
    public void A_page_cut_short_at_any_place_is_no_page()
    {
        var page = Widget.List(41, "more", Widget.Of("a", 1));

        for (var length = 0; length < page.Length; length++) Assert.ThrowsAny<JsonException>(() => Page(page[..length]));
    }

    [Fact]
    public void Items_that_do_not_fit_are_reported_and_the_others_arrive()
    {
        var (_, _, items) = Page("""{"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"odd"},"spec":7},null,3,{"metadata":{"name":"good"}}]}""");

        Assert.Equal("good", Assert.Single(items).Metadata.Name);
        Assert.Equal(["odd", null, null], _misfits.Select(m => m.Name));
    }

    private static string Line(string type, string @object) => "{\"type\":\"" + type + "\",\"object\":" + @object + "}";

    private WatchEvent<Widget> Event(string line) => WatchDecoder.Event(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line)), Widget.Type.Json, Misfit);

    private (string Version, string? Next, List<Widget> Items) Page(string json)
    {
        var items = new List<Widget>();
        var (version, next) = WatchDecoder.Page(Encoding.UTF8.GetBytes(json), Widget.Type.Json, items, Misfit);
        return (version, next, items);
    }

    private void Misfit(ResourceMetadata? metadata, JsonException problem) => _misfits.Add((metadata?.Name, problem.Message));

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int size)
    {
        Piece? first = null, last = null;
        for (var start = 0; start < bytes.Length; start += size)
        {
            last = new Piece(bytes.AsMemory(start, Math.Min(size, bytes.Length - start)), last);
            first ??= last;
        }

        return new(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? previous)
        {
            Memory = memory;
            RunningIndex = previous is null ? 0 : previous.RunningIndex + previous.Memory.Length;
            if (previous is not null) previous.Next = this;
        }
    }
}
