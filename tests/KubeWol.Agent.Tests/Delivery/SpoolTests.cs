using KubeWol.Agent.Delivery;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Proofs.SecureOn;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>Messages on disk.</summary>
public sealed class SpoolTests : SpoolScene
{
    [Fact]
    public async Task A_message_is_in_a_file_of_its_requests_name_until_it_is_acknowledged()
    {
        var outbox = Live();
        var signal = Signal(0);
        Assert.True(outbox.TryAdd(signal));
        var entry = outbox.Take(preferFresh: true)!;
        Assert.Equal(RequestName.Of(signal, 0), entry.Name);
        await FilesAsync(entry.Name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, entry.Name)));
        Assert.Equal((1, 1), (await Page.ValueAsync("kubewol_agent_spool_messages"), await Page.ValueAsync("kubewol_agent_spool_on_disk")));
        Assert.Equal(new FileInfo(Path.Combine(Folder, entry.Name)).Length, await Page.ValueAsync("kubewol_agent_spool_bytes"));

        outbox.GiveBack(entry, TimeSpan.Zero, wasTried: true);
        await FilesAsync(entry.Name);
        outbox.Remove(outbox.Take(preferFresh: true)!);
        await FilesAsync();
        await Eventually.BecomesTrueAsync("the figures say so", async () => await Page.ValueAsync("kubewol_agent_spool_messages") + await Page.ValueAsync("kubewol_agent_spool_bytes") == 0, Cancel);
        Assert.Empty(Log.Lines);
    }

    [Fact]
    public async Task What_was_not_delivered_is_taken_up_again_by_the_next_life_oldest_first_and_under_the_same_names()
    {
        var outbox = Live();
        foreach (var second in (int[])[7, 3, 5]) outbox.TryAdd(Signal(second));
        var names = Enumerable.Range(0, 3).Select(_ => outbox.Take(preferFresh: true)!).OrderBy(e => e.Signal.CapturedAt).Select(e => e.Name).ToList();
        await FilesAsync([.. names]);

        var next = Live(); // the first one was killed
        await Eventually.BecomesTrueAsync("all are back", () => next.Count == 3, Cancel);
        next.TryAdd(Signal(0));
        Assert.Equal(Noon, next.Take(preferFresh: true)!.Signal.CapturedAt);
        Assert.Equal(names, Enumerable.Range(0, 3).Select(_ => Done(next)));
        await Eventually.BecomesTrueAsync("their files are gone", () => Files.Length == 1, Cancel);
        Assert.Equal([$"3 messages that were not delivered before are taken up again from {Folder}"], Log.Of(LogLevel.Information));
    }

    [Fact]
    public async Task Two_messages_that_may_have_one_request_have_two_files()
    {
        var outbox = Live();
        var (first, second) = (Some.Signal with { CapturedAt = Noon }, Some.Signal with { CapturedAt = Noon.AddSeconds(2) });
        outbox.TryAdd(first);
        outbox.TryAdd(second);
        var name = RequestName.Of(first, 0);
        Assert.Equal(name, RequestName.Of(second, 0));
        await FilesAsync(name, $"{name}.2");

        var next = Live();
        await Eventually.BecomesTrueAsync("both are back", () => next.Count == 2, Cancel);
        Assert.Equal((name, name), (Done(next), Done(next)));
        await FilesAsync();
    }

    /// <summary>A pipe that nobody reads is a disk that does not answer.</summary>
    [Fact]
    public async Task Nobody_waits_for_a_disk_that_does_not_answer_and_what_is_delivered_meanwhile_is_never_written()
    {
        var outbox = Live();
        await ReadyAsync();
        var held = Signal(0);
        Block(RequestName.Of(held, 0));
        Assert.True(outbox.TryAdd(held));
        var taken = outbox.Take(preferFresh: true)!;
        Assert.True(outbox.TryAdd(Signal(2_000)));
        for (var i = 1; i <= 1_000; i++)
        {
            Assert.True(outbox.TryAdd(Signal(i)));
            outbox.Remove(outbox.Take(preferFresh: true)!);
        }

        Assert.Equal(2, outbox.Count);
        Assert.Equal([taken.Name + ".tmp"], Files);
        Unblock();
        await FilesAsync(taken.Name, outbox.Take(preferFresh: true)!.Name);
    }

    [Fact]
    public async Task What_is_acknowledged_while_it_is_being_written_is_deleted_right_after()
    {
        using var key = OpeningKey.Create();
        Told.Say(key.PublicText);
        var outbox = Live();
        await ReadyAsync();
        var signal = Signal(0) with { Password = new([1, 2, 3, 4]) };
        Block(RequestName.Of(signal, 0));
        outbox.TryAdd(signal);
        var entry = outbox.Take(preferFresh: true)!;
        await Eventually.BecomesTrueAsync("the password is sealed for the file", () => entry.Seal is not null, Cancel);
        outbox.Remove(entry);
        outbox.TryAdd(Signal(1));
        Unblock();
        await FilesAsync(outbox.Take(preferFresh: true)!.Name);
    }

    [Fact]
    public async Task The_end_does_not_wait_for_a_disk_that_does_not_answer()
    {
        var outbox = Live();
        await ReadyAsync();
        var signal = Signal(0);
        Block(RequestName.Of(signal, 0));
        outbox.TryAdd(signal);
        var stopping = Spools[0].StopAsync();
        await Time.WaitBegunAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        Time.Advance(TimeSpan.FromSeconds(2));
        await stopping.SoonAsync();
        Assert.Equal([$"The disk under {Folder} does not answer; the program ends without waiting for it"], Log.Of(LogLevel.Warning));
    }

    [Fact]
    public async Task The_end_writes_what_is_not_yet_written()
    {
        var outbox = Live();
        for (var i = 0; i < 200; i++) outbox.TryAdd(Signal(i));
        await Spools[0].StopAsync();
        Assert.Equal(200, Files.Length);
    }

    [Fact]
    public async Task A_full_disk_is_said_once_and_tried_again_and_what_waits_is_written_when_there_is_room()
    {
        var outbox = Live();
        await ReadyAsync();
        var signal = Signal(0);
        FillFor(RequestName.Of(signal, 0));
        outbox.TryAdd(signal);
        await Eventually.BecomesTrueAsync("it is said", () => !Log.Lines.IsEmpty, Cancel);
        outbox.TryAdd(Signal(1));
        Assert.Equal(0, await Page.ValueAsync("kubewol_agent_spool_on_disk"));
        Assert.NotNull(outbox.Take(preferFresh: true));

        for (var i = 0; i < 3; i++)
        {
            FillFor("proof");
            Time.Advance(Spool.Pause);
            await Eventually.BecomesTrueAsync("it is tried", () => Files.Length == 0, Cancel);
        }

        var line = Assert.Single(Log.Lines);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.StartsWith($"Messages cannot be kept in {Folder} and are kept in memory alone, where a restart loses them; trying again: No space left on device", line.Text, StringComparison.Ordinal);
        await PassPausesAsync(() => Files.Length == 2);
        Assert.Equal(1, await Page.ValueAsync("kubewol_agent_spool_on_disk"));
        Assert.Equal([$"Messages are kept in {Folder} again"], Log.Of(LogLevel.Information));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_waited_for()
    {
        await File.WriteAllTextAsync(Folder, "not a directory", Cancel);
        var outbox = Live();
        outbox.TryAdd(Signal(0));
        await Eventually.BecomesTrueAsync("it is said", () => Log.Count(150) == 1, Cancel);
        File.Delete(Folder);
        await PassPausesAsync(() => Files.Length == 1);
        await Eventually.BecomesTrueAsync("its end is said", () => Log.Count(151) == 1, Cancel);
    }

    [Fact]
    public async Task A_directory_that_vanishes_is_made_again_and_everything_that_waits_is_written_anew()
    {
        var outbox = Live();
        outbox.TryAdd(Signal(0));
        var first = RequestName.Of(Last!, 0);
        await FilesAsync(first);
        Directory.Delete(Folder, recursive: true);
        outbox.TryAdd(Signal(1));
        await PassPausesAsync(() => Files.SequenceEqual(((string[])[first, RequestName.Of(Last!, 0)]).Order(StringComparer.Ordinal)));
        Done(outbox);
        Done(outbox);
        await FilesAsync();
        await Eventually.BecomesTrueAsync("the figures say so", async () => await Page.ValueAsync("kubewol_agent_spool_messages") + await Page.ValueAsync("kubewol_agent_spool_bytes") == 0, Cancel);
    }

    [Fact]
    public async Task Damaged_files_are_set_aside_and_counted_and_all_others_are_read()
    {
        var outbox = Live();
        for (var i = 0; i < 5; i++) outbox.TryAdd(Signal(i));
        await Eventually.BecomesTrueAsync("all are written", () => Files.Count(f => !f.EndsWith(".tmp", StringComparison.Ordinal)) == 5, Cancel);
        var names = Files;
        File.WriteAllText(Path.Combine(Folder, names[0]), "");
        File.AppendAllText(Path.Combine(Folder, names[2]), "x");
        File.WriteAllBytes(Path.Combine(Folder, names[4]), new byte[1_000_000]);
        File.WriteAllText(Path.Combine(Folder, "wol-unfinished.tmp"), "half a");
        File.WriteAllText(Path.Combine(Folder, "somebody-elses"), "file");
        Directory.CreateDirectory(Path.Combine(Folder, "lost+found"));

        var next = Live();
        await Eventually.BecomesTrueAsync("the good ones are back", () => next.Count == 2, Cancel);
        await FilesAsync(names[1], names[3], "somebody-elses");
        Assert.Equal(names.Where((_, i) => i % 2 == 0), Directory.EnumerateFiles(Path.Combine(Folder, "corrupt")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(3, await Page.ValueAsync("kubewol_agent_spool_dropped_total{reason=\"Corrupt\"}"));
        Assert.Equal(3, Log.Count(153));
    }

    [Fact]
    public async Task Of_damaged_files_no_more_than_a_hundred_are_kept()
    {
        Directory.CreateDirectory(Folder);
        for (var i = 0; i < 150; i++) File.WriteAllText(Path.Combine(Folder, $"wol-{i:000}"), "x");
        Live();
        await ReadyAsync();
        await FilesAsync();
        Assert.Equal(100, Directory.EnumerateFiles(Path.Combine(Folder, "corrupt")).Count());
        Assert.Equal(150, await Page.ValueAsync("kubewol_agent_spool_dropped_total{reason=\"Corrupt\"}"));
    }

    [Fact]
    public async Task What_is_too_old_or_too_much_for_the_next_life_is_dropped_and_counted()
    {
        var outbox = Live();
        for (var i = 0; i < 6; i++) outbox.TryAdd(Signal(i));
        await Eventually.BecomesTrueAsync("all are written", () => Files.Count(f => !f.EndsWith(".tmp", StringComparison.Ordinal)) == 6, Cancel);
        Time.SetUtcNow(Noon.AddHours(1).AddSeconds(1));
        var next = Live(Some.Options with { Spool = new() { Directory = Folder, Messages = 3 } });
        await Eventually.BecomesTrueAsync("three are back", () => Files.Length == 3 && next.Count == 3, Cancel);
        Assert.Equal(2, await Page.ValueAsync("kubewol_agent_spool_dropped_total{reason=\"Age\"}"));
        Assert.Equal(1, await Page.ValueAsync("kubewol_agent_spool_dropped_total{reason=\"Count\"}"));
    }
}
