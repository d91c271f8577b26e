using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Proofs.SecureOn;
using KubeWol.TestCluster;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>What an agent remembers beside messages, and what it must not keep: seals, the key they are made with, the time.</summary>
public sealed class SpoolMemoryTests : SpoolScene
{
    private const string KeyFile = "sealing-key";

    /// <summary>What is read by whoever steals the disk: the seal, which is of use to nobody, and the eight bits that the name says anyway.</summary>
    [Fact]
    public async Task A_password_never_touches_the_disk_and_its_seal_for_the_first_name_does()
    {
        using var key = OpeningKey.Create();
        Told.Say(key.PublicText);
        byte[] password = [0xDE, 0xAD, 0xBE, 0xEF, 0x42, 0x17];
        var outbox = Live();
        var signal = Signal(0);
        signal = signal with { Identity = signal.Identity with { Password = PasswordTrace.Of(signal.Target, password) }, Password = new(password) };
        outbox.TryAdd(signal);
        var entry = outbox.Take(preferFresh: true)!;
        await FilesAsync(entry.Name);
        var file = await File.ReadAllBytesAsync(Path.Combine(Folder, entry.Name), Cancel);
        Assert.Equal(-1, file.AsSpan().IndexOf(password));
        Assert.DoesNotContain(Convert.ToHexString(password), Convert.ToHexString(file), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(password), System.Text.Encoding.UTF8.GetString(file), StringComparison.Ordinal);

        var next = Live();
        await Eventually.BecomesTrueAsync("it is back", () => next.Count == 1, Cancel);
        var restored = next.Take(preferFresh: true)!;
        var sealer = new PasswordSealer(Told.Instructions, Some.Options);
        Assert.Null(restored.Signal.Password);
        Assert.True(PasswordDigest.TryParse(sealer.Seal(restored, restored.Name)!, out var digest));
        Assert.Equal(0, key.Find(digest, new(restored.Name, signal.Target, "node-a", signal.CapturedAt), [SecureOnPassword.Of(password)]));
        Assert.Equal(sealer.Seal(entry, entry.Name), sealer.Seal(restored, restored.Name)); // what was sent before is what is sent again
        Assert.Null(sealer.Seal(restored, "wol-another-name"));
        Assert.NotNull(sealer.Seal(entry, "wol-another-name"));
    }

    [Fact]
    public async Task What_was_known_of_the_time_is_known_to_the_next_life_but_not_after_the_node_was_started_anew()
    {
        var options = Some.Options with { Spool = Some.Options.Spool with { Directory = Folder } };
        foreach (var (isSameStart, spoil) in ((bool, Action)[])[(true, () => { }), (false, () => File.WriteAllText(Path.Combine(Folder, "clock"), $"another-start {Some.Clock(TimeProvider.System).ToText()}"))])
        {
            using var first = Some.Spool(Page, options, clock: Some.Clock(TimeProvider.System));
            first.Start(_ => true);
            first.RememberTime();
            await FilesAsync("clock");
            await first.StopAsync();
            spoil();

            var clock = Some.UnknownClock(TimeProvider.System);
            using var next = Some.Spool(Page, options, clock: clock);
            next.Start(_ => true);
            await next.StopAsync();
            Assert.Equal(isSameStart, clock.IsKnown);
        }
    }

    [Fact]
    public async Task The_key_that_an_earlier_life_was_told_seals_until_another_is_told_and_what_is_in_memory_is_sealed_anew()
    {
        using var earlier = OpeningKey.Create();
        using var now = OpeningKey.Create();
        Live();
        Spools[0].Remember(earlier.PublicText);
        await FilesAsync(KeyFile);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, KeyFile)));

        var told = new Told(isKnown: false);
        var outbox = Live(told: told);
        var signal = Signal(0) with { Password = new([1, 2, 3, 4]) };
        outbox.TryAdd(signal);
        var entry = outbox.Take(preferFresh: true)!;
        await FilesAsync(KeyFile, entry.Name);
        var sealer = new PasswordSealer(told.Instructions, Some.Options);
        var seal = sealer.Seal(entry, entry.Name);
        Assert.True(Opens(earlier, seal));
        Assert.Equal(seal, sealer.Seal(entry, entry.Name));

        told.Say(now.PublicText);
        var anew = sealer.Seal(entry, entry.Name);
        Assert.True(Opens(now, anew));
        told.Say(now.PublicText, ready: ["node-a"]);
        Assert.Equal(anew, sealer.Seal(entry, entry.Name)); // it is the same key
        signal.Password.Clear();
        told.Say(earlier.PublicText);
        Assert.Equal(anew, sealer.Seal(entry, entry.Name));
        Assert.Empty(Log.Lines);

        bool Opens(OpeningKey key, string? text) => PasswordDigest.TryParse(text!, out var digest) && digest.KeyId == key.Id
            && key.Find(digest, new(entry.Name, signal.Target, "node-a", signal.CapturedAt), [SecureOnPassword.Of([1, 2, 3, 4])]) == 0;
    }

    [Theory]
    [InlineData("")]
    [InlineData("half a k")]
    [InlineData(null)]
    public async Task A_damaged_key_is_none_and_is_replaced_by_the_next_one_that_is_told(string? content)
    {
        using var key = OpeningKey.Create();
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Path.Combine(Folder, KeyFile), content is null ? new byte[1_000_000] : System.Text.Encoding.ASCII.GetBytes(content));
        Live();
        await ReadyAsync();
        Assert.Null(Told.Instructions.SealingKey);
        Spools[0].Remember("no key");
        Spools[0].Remember(key.PublicText);
        Spools[0].Remember("no key");
        await Eventually.BecomesTrueAsync("it is replaced", () => File.ReadAllText(Path.Combine(Folder, KeyFile)) == key.PublicText, Cancel);
        await FilesAsync(KeyFile);
        Assert.Empty(Log.Lines);
    }

    [Fact]
    public async Task A_key_that_a_full_disk_does_not_take_is_written_when_there_is_room()
    {
        using var key = OpeningKey.Create();
        Live();
        await ReadyAsync();
        FillFor(KeyFile);
        Spools[0].Remember(key.PublicText);
        await Eventually.BecomesTrueAsync("it is said", () => Log.Count(150) == 1, Cancel);
        await PassPausesAsync(() => Files.SequenceEqual([KeyFile]));
        Directory.Delete(Folder, recursive: true);
        var outbox = Some.Outbox(Page, spool: Spools[0]);
        outbox.TryAdd(Signal(0));
        await PassPausesAsync(() => Files.Contains(KeyFile));
    }
}
