using System.Runtime.InteropServices;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.TestCluster;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>A spool on a real file system, which the test damages, fills and blocks.</summary>
public abstract partial class SpoolScene : IAsyncDisposable
{
    private protected static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly StateDirectory _state = new();
    private string? _pipe;
    private FileStream? _reader;

    private protected SpoolScene() => Time.SetUtcNow(Noon);

    private protected StillTime Time { get; } = new();

    private protected MetricsPage Page { get; } = new();

    private protected LogRecorder<Spool> Log { get; } = new();

    private protected Told Told { get; } = new();

    private protected List<Spool> Spools { get; } = [];

    private protected WakeSignal? Last { get; private set; }

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected string Folder => _state.File("spool");

    private protected string[] Files => !Directory.Exists(Folder) ? [] : [.. Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        Unblock();
        foreach (var spool in Spools) await spool.StopAsync();
        if (_reader is not null) await _reader.DisposeAsync();
        _state.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>An outbox with its spool, as a program has them.</summary>
    private protected Outbox Live(AgentOptions? options = null, Told? told = null)
    {
        options ??= Some.Options with { Spool = new() { Directory = Folder } };
        var spool = Some.Spool(Page, options, Time, Log, told ?? Told);
        Spools.Add(spool);
        var outbox = Some.Outbox(Page, options, Time, spool: spool);
        spool.Start(outbox.TryRestore);
        return outbox;
    }

    private protected WakeSignal Signal(double seconds) => Last = Some.Signal with { Identity = new(Some.NextTarget(), 9), CapturedAt = Noon.AddSeconds(seconds) };

    private protected static string Done(Outbox outbox)
    {
        var entry = outbox.Take(preferFresh: false)!;
        outbox.Remove(entry);
        return entry.Name;
    }

    private protected Task ReadyAsync() => Eventually.BecomesTrueAsync("the spool works", async () => await Page.ValueAsync("kubewol_agent_spool_on_disk") == 1, Cancel);

    private protected Task FilesAsync(params string[] names) =>
        Eventually.BecomesTrueAsync($"there are the files '{string.Join(' ', names)}'", () => Files.SequenceEqual(names.Order(StringComparer.Ordinal)), Cancel);

    private protected Task PassPausesAsync(Func<bool> condition) => Eventually.BecomesTrueAsync(
        "the disk is tried again",
        () =>
        {
            Time.Advance(Spool.Pause);
            return condition();
        },
        Cancel);

    /// <summary>From now on a write of this file waits.</summary>
    private protected void Block(string name)
    {
        _pipe = Path.Combine(Folder, name + ".tmp");
        Assert.Equal(0, MakePipe(_pipe, 0x180));
    }

    /// <summary>It has a reader, and room for what is written; the file is a pipe for ever.</summary>
    private protected void Unblock()
    {
        if (_pipe is not null) _reader = new FileStream(_pipe, FileMode.Open, FileAccess.ReadWrite);
        _pipe = null;
    }

    /// <summary>The next write of this file finds no space.</summary>
    private protected void FillFor(string name) => File.CreateSymbolicLink(Path.Combine(Folder, name + ".tmp"), "/dev/full");

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);
}
