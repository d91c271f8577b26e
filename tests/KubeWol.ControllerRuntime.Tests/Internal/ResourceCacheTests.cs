using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;

namespace KubeWol.ControllerRuntime.Tests.Internal;

public sealed class ResourceCacheTests
{
    private static readonly ResourceIndex<Widget, string> ByColour = new(widget => [widget.Spec!.Colour]);
    private static readonly ResourceKey Key = new("default", "w");

    private readonly ResourceCache<Widget> _cache = new();
    private readonly List<(string Name, string? Before, string? After)> _changes = [];

    public ResourceCacheTests() => _cache.Changed += (key, before, after) => _changes.Add((key.Name, before?.Metadata.ResourceVersion, after?.Metadata.ResourceVersion));

    [Fact]
    public void It_is_synced_once_the_first_list_is_in()
    {
        _cache.Set(Widget.Of("w", 1));
        Assert.False(_cache.Synced.IsCompleted);

        _cache.Replace([]);

        Assert.True(_cache.Synced.IsCompleted);
    }

    [Fact]
    public void Of_several_parts_it_is_synced_once_each_was_listed_and_none_takes_away_what_another_brought()
    {
        var cache = new ResourceCache<Widget>(parts: 2);
        cache.Replace([Widget.Of("a", 1)], "a");
        cache.Replace([Widget.Of("a", 1)], "a");
        Assert.False(cache.Synced.IsCompleted);

        cache.Replace([Widget.Of("b", 2)], "b");
        Assert.True(cache.Synced.IsCompleted);
        Assert.Equal(["a", "b"], cache.All.Select(w => w.Metadata.Name).Order());

        cache.Replace([], "a");
        Assert.Equal("b", Assert.Single(cache.All).Metadata.Name);
    }

    [Fact]
    public void A_list_announces_what_is_new_what_changed_and_what_vanished_and_nothing_else()
    {
        _cache.Replace([Widget.Of("gone", 1), Widget.Of("changed", 2), Widget.Of("same", 3)]);
        _changes.Clear();

        _cache.Replace([Widget.Of("changed", 5), Widget.Of("same", 3), Widget.Of("new", 4)]);

        Assert.Equivalent(new[] { ("gone", "1", null), ("changed", "2", "5"), ("new", (string?)null, "4") }, _changes, strict: true);
        Assert.Equal(["changed", "new", "same"], _cache.All.Select(w => w.Metadata.Name).Order());
    }

    [Fact]
    public void An_older_event_does_not_undo_a_newer_state()
    {
        _cache.Set(Widget.Of("w", 9, "green"));

        _cache.Set(Widget.Of("w", 8, "red"));

        Assert.Equal("green", _cache.Find(Key)!.Spec!.Colour);
        Assert.Single(_changes);
    }

    [Fact]
    public void The_versions_are_compared_as_numbers()
    {
        _cache.Set(Widget.Of("w", 9, "old"));
        _cache.Set(Widget.Of("w", 10, "new"));
        _cache.Set(Widget.Of("w", 9, "old"));

        Assert.Equal("new", _cache.Find(Key)!.Spec!.Colour);
    }

    [Fact]
    public void An_object_that_was_deleted_and_made_anew_is_taken_whatever_its_version()
    {
        _cache.Set(Widget.Of("w", 9, uid: "first"));

        _cache.Set(Widget.Of("w", 3, uid: "second")); // a server restored from a backup counts from an earlier revision

        Assert.Equal("second", _cache.Find(Key)!.Metadata.Uid);
    }

    [Fact]
    public void A_version_that_is_no_number_is_never_called_older()
    {
        var odd = Widget.Of("w", 1) with { Metadata = Widget.Of("w", 1).Metadata with { ResourceVersion = "abc" } };
        _cache.Set(Widget.Of("w", 9));

        _cache.Set(odd);

        Assert.Same(odd, _cache.Find(Key));
    }

    [Fact]
    public void A_write_of_ours_is_read_back_before_the_watch_tells_and_its_own_event_is_no_news()
    {
        _cache.Set(Widget.Of("w", 1, "red"));
        _cache.Observe(Widget.Of("w", 2, "green"));
        Assert.Equal("green", _cache.Find(Key)!.Spec!.Colour);
        _changes.Clear();

        _cache.Set(Widget.Of("w", 2, "green"));

        Assert.Empty(_changes);
    }

    [Fact]
    public void A_write_of_ours_does_not_undo_what_the_watch_told_since()
    {
        _cache.Set(Widget.Of("w", 5, "blue"));

        _cache.Observe(Widget.Of("w", 4, "green"));

        Assert.Equal("blue", _cache.Find(Key)!.Spec!.Colour);
    }

    [Fact]
    public void A_write_of_ours_does_not_bring_back_what_was_deleted_since()
    {
        _cache.Set(Widget.Of("w", 1));
        _cache.Remove(Key);

        _cache.Observe(Widget.Of("w", 2));

        Assert.Null(_cache.Find(Key));
    }

    [Fact]
    public void A_write_of_ours_does_not_replace_another_object_of_that_name()
    {
        _cache.Set(Widget.Of("w", 1, uid: "second"));

        _cache.Observe(Widget.Of("w", 9, uid: "first"));

        Assert.Equal("second", _cache.Find(Key)!.Metadata.Uid);
    }

    [Fact]
    public void A_list_begun_before_a_write_of_ours_does_not_undo_it()
    {
        _cache.Set(Widget.Of("w", 1, "red"));
        _cache.Observe(Widget.Of("w", 7, "green"));

        _cache.Replace([Widget.Of("w", 1, "red")]);

        Assert.Equal("green", _cache.Find(Key)!.Spec!.Colour);
    }

    [Fact]
    public void Removing_what_is_not_there_announces_nothing()
    {
        _cache.Remove(Key);

        Assert.Empty(_changes);
    }

    [Fact]
    public void An_index_built_late_knows_what_was_there_before()
    {
        _cache.Replace([Widget.Of("a", 1, "red"), Widget.Of("b", 2, "red"), Widget.Of("c", 3, "blue")]);

        Assert.Equal(["a", "b"], Names("red"));
        Assert.Equal([], Names("green"));
    }

    [Fact]
    public void An_index_follows_changes_deletions_and_lists()
    {
        Assert.Equal([], Names("red"));
        _cache.Set(Widget.Of("a", 1, "red"));
        _cache.Set(Widget.Of("b", 2, "red"));
        Assert.Equal(["a", "b"], Names("red"));

        _cache.Set(Widget.Of("a", 3, "blue"));
        Assert.Equal(["b"], Names("red"));
        Assert.Equal(["a"], Names("blue"));

        _cache.Observe(Widget.Of("a", 4, "green"));
        Assert.Equal(["a"], Names("green"));

        _cache.Remove(new("default", "a"));
        Assert.Equal([], Names("green"));

        _cache.Replace([Widget.Of("c", 9, "red")]);
        Assert.Equal(["c"], Names("red"));
    }

    [Fact]
    public void An_object_may_stand_under_many_values_and_under_one_twice()
    {
        var letters = new ResourceIndex<Widget, char>(widget => widget.Spec!.Colour);
        _cache.Set(Widget.Of("a", 1, "green"));

        Assert.Single(_cache.FindBy(letters, 'e'));
        _cache.Set(Widget.Of("a", 2, "red"));
        Assert.Single(_cache.FindBy(letters, 'e'));
        Assert.Empty(_cache.FindBy(letters, 'g'));
    }

    [Fact]
    public void Two_indexes_do_not_share_anything()
    {
        var bySize = new ResourceIndex<Widget, int>(widget => [widget.Spec!.Size]);
        _cache.Set(Widget.Of("a", 1, "red"));

        Assert.Single(_cache.FindBy(ByColour, "red"));
        Assert.Single(_cache.FindBy(bySize, 0));
    }

    [Fact]
    public async Task Readers_need_no_lock_and_never_miss_an_object_that_has_the_value_all_the_time()
    {
        _cache.Replace([Widget.Of("w", 1, "red"), Widget.Of("other", 1, "red")]);
        Assert.Equal(2, _cache.FindBy(ByColour, "red").Count);
        using var done = new CancellationTokenSource();

        var reads = new int[2];
        var readers = Enumerable.Range(0, reads.Length).Select(i => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                Assert.Equal(2, _cache.FindBy(ByColour, "red").Count);
                Assert.NotNull(_cache.Find(Key));
                Interlocked.Increment(ref reads[i]);
            }
        })).ToList();
        // A busy machine may let a reader begin late: it is written until each has read.
        for (var version = 2; version < 20_000 || (version < 20_000_000 && readers.TrueForAll(r => !r.IsCompleted) && reads.Any(r => r == 0)); version++) _cache.Set(Widget.Of("w", version, "red"));
        await done.CancelAsync();
        await Task.WhenAll(readers).SoonAsync();

        Assert.All(reads, r => Assert.True(r > 0));
    }

    [Fact]
    public async Task A_reader_does_not_wait_for_whoever_is_being_told_of_a_change()
    {
        Names("red");
        using var telling = new ManualResetEventSlim();
        using var read = new ManualResetEventSlim();
        _cache.Changed += (_, _, _) =>
        {
            telling.Set();
            Assert.True(read.Wait(Bounded.Limit, Bounded.Test));
        };

        var write = Task.Run(() => _cache.Set(Widget.Of("w", 1, "red")), Bounded.Test);
        Assert.True(telling.Wait(Bounded.Limit, Bounded.Test));
        Assert.NotNull(_cache.Find(Key));
        Assert.Equal(["w"], Names("red"));
        Assert.Single(_cache.FindBy(new ResourceIndex<Widget, string>(w => [w.Metadata.Name]), "w")); // an index that is built meanwhile
        read.Set();
        await write.SoonAsync();
    }

    [Fact]
    public async Task Two_kinds_whose_changes_look_each_other_up_for_the_first_time_do_not_block_each_other()
    {
        var other = new ResourceCache<Widget>();
        using var meet = new Barrier(2);
        void LookInto(ResourceCache<Widget> cache)
        {
            meet.SignalAndWait(Bounded.Limit, Bounded.Test);
            cache.FindBy(ByColour, "red");
        }

        _cache.Changed += (_, _, _) => LookInto(other);
        other.Changed += (_, _, _) => LookInto(_cache);

        await Task.WhenAll(Task.Run(() => _cache.Set(Widget.Of("a", 1)), Bounded.Test), Task.Run(() => other.Set(Widget.Of("b", 1)), Bounded.Test)).SoonAsync();

        Assert.Single(_cache.FindBy(ByColour, "red"));
        Assert.Single(other.FindBy(ByColour, "red"));
    }

    [Fact]
    public async Task Changes_are_announced_one_after_the_other_with_what_was_before()
    {
        string? last = null;
        var broken = 0;
        _cache.Changed += (_, before, after) =>
        {
            if (before?.Metadata.ResourceVersion != last) Interlocked.Increment(ref broken);
            last = after?.Metadata.ResourceVersion;
        };
        var version = 0;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var next = Interlocked.Increment(ref version);
                if (next % 50 == 0) _cache.Remove(Key);
                else if (next % 2 == 0) _cache.Observe(Widget.Of("w", next));
                else _cache.Set(Widget.Of("w", next));
            }
        }))).SoonAsync();

        Assert.Equal(0, broken);
        Assert.Equal(last, _cache.Find(Key)?.Metadata.ResourceVersion);
    }

    private IEnumerable<string> Names(string colour) => _cache.FindBy(ByColour, colour).Select(w => w.Metadata.Name).Order();
}
