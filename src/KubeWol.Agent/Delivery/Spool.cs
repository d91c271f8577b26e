using System.Text;
using KubeWol.Agent.Intake;
using KubeWol.Proofs.SecureOn;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// Keeps what is in the outbox on disk, too: beside it, never before it. Nobody ever waits for the disk but a thread that does nothing else. What is
/// acknowledged before its turn comes is not written at all. While the disk cannot be used all is kept in memory, as it is anyway.
/// </summary>
internal sealed class Spool(AgentOptions options, Instructions instructions, ClusterClock clock, PasswordSealer sealer, AgentMetrics metrics, TimeProvider time, ILogger<Spool> logger) : IDisposable
{
    /// <summary>After trouble with the disk it is left alone for this long.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>The file of the key that passwords were last sealed with: the public half, in a line of text.</summary>
    private const string KeyFile = "sealing-key";

    /// <summary>The file of what is known of the cluster's time, and since which start of the node that holds.</summary>
    private const string ClockFile = "clock";

    /// <summary>How long the end of the program waits for the disk.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(2);

    private readonly SpoolFolder? _folder = options.Spool.Directory is { } directory ? new(directory) : null;
    private readonly SortedSet<OutboxEntry> _unsaved = new(Comparer<OutboxEntry>.Create(static (a, b) => a.Number.CompareTo(b.Number)));
    private readonly Dictionary<OutboxEntry, SpoolFile> _saved = [];
    private readonly Queue<SpoolFile> _obsolete = [];
    private readonly HashSet<string> _names = [];
    private readonly SemaphoreSlim _work = new(0);
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<OutboxEntry, bool>? _restore;
    private ITimer? _alarm;
    private OutboxEntry? _writing;
    private volatile string? _key;
    private string? _keyInFile;
    private volatile bool _isTimeNews;
    private int _files;
    private long _bytes;
    private volatile bool _isBlocked;
    private volatile bool _isEnding;
    private bool _isFailing;
    private bool _isProven;
    private bool _isRead;

    /// <summary>Begins to work: reads what an earlier life left, and keeps what comes.</summary>
    /// <param name="restore">Takes a message back; false where there is no room for it.</param>
    public void Start(Func<OutboxEntry, bool> restore)
    {
        if (_folder is null || _restore is not null) return;
        _restore = restore;
        new Thread(Run) { IsBackground = true, Name = "spool" }.Start();
        _work.Release();
    }

    /// <summary>Has a message written when its turn comes.</summary>
    public void Keep(OutboxEntry entry)
    {
        if (_folder is null) return;
        lock (_gate) _unsaved.Add(entry);
        _work.Release();
    }

    /// <summary>Has the file of a message deleted, or not written.</summary>
    public void Forget(OutboxEntry entry)
    {
        if (_folder is null) return;
        lock (_gate)
        {
            if (_unsaved.Remove(entry)) return;
            if (_saved.Remove(entry, out var file)) _obsolete.Enqueue(file);
            else if (_writing == entry) _writing = null;
            else return;
        }

        _work.Release();
    }

    /// <summary>Has the operator's key kept for a life that begins without the API server; text that is no key is not.</summary>
    public void Remember(string key)
    {
        if (_folder is null || key == _key || !SealingKey.TryParse(key, out var parsed)) return;
        parsed.Dispose();
        _key = key;
        _work.Release();
    }

    /// <summary>Has what is known of the cluster's time kept for the next life, in which frames are then dated from the first on.</summary>
    public void RememberTime()
    {
        if (_folder is null) return;
        _isTimeNews = true;
        _work.Release();
    }

    /// <summary>Does what is left to do, as far as the disk does it at once.</summary>
    public async Task StopAsync()
    {
        if (_restore is null) return;
        _isEnding = true;
        _work.Release();
        try
        {
            await _ended.Task.WaitAsync(LastPatience, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            logger.SpoolLeftBehind(options.Spool.Directory!);
        }
    }

    public void Dispose()
    {
        _isEnding = true;
        _alarm?.Dispose();
    }

    private void Run()
    {
        try
        {
            do
            {
                _work.Wait();
                while (!_isBlocked && Step())
                {
                    // Until there is nothing to do.
                }
            }
            while (!_isEnding); // also where the end comes before this thread does
        }
        finally
        {
            _ended.SetResult();
        }
    }

    /// <summary>Does one thing; false when there was none.</summary>
    private bool Step()
    {
        try
        {
            if (!_isRead) ReadAll();
            if (Delete()) return true;
            if (!_isProven) Prove();
            return Write() || WriteKey() || WriteTime();
        }
#pragma warning disable CA1031 // the edge of a loop: whatever a disk may do, messages go on without it
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_isFailing) logger.SpoolFailed(options.Spool.Directory!, e.Message);
            (_isFailing, _isProven) = (true, false);
            metrics.SpoolOnDisk(false);
            _isBlocked = true;
            _alarm?.Dispose();
            _alarm = time.CreateTimer(static spool => ((Spool)spool!).TryAgain(), this, Pause, Timeout.InfiniteTimeSpan);
            return false;
        }
    }

    /// <summary>Nobody is told that messages are safe because there happened to be none. After trouble nobody believes that files are where they were.</summary>
    private void Prove()
    {
        _folder!.Create();
        _folder.Prove();
        if (_isFailing)
        {
            WriteLostAnew();
            logger.SpoolRecovered(options.Spool.Directory!);
        }

        (_isFailing, _isProven) = (false, true);
        metrics.SpoolOnDisk(true);
    }

    private void WriteLostAnew()
    {
        _keyInFile = null;
        List<KeyValuePair<OutboxEntry, SpoolFile>> saved;
        lock (_gate) saved = [.. _saved];
        foreach (var (entry, file) in saved.Where(s => !_folder!.Has(s.Value.Name)))
        {
            lock (_gate)
            {
                if (!_saved.Remove(entry)) continue;
                _unsaved.Add(entry);
            }

            _names.Remove(file.Name);
            Count(-file.Bytes);
        }
    }

    private void TryAgain()
    {
        _isBlocked = false;
        _work.Release();
    }

    private bool Delete()
    {
        SpoolFile? file;
        lock (_gate) _obsolete.TryPeek(out file);
        if (file is null) return false;
        _folder!.Delete(file.Name);
        lock (_gate) _obsolete.Dequeue();
        _names.Remove(file.Name);
        Count(-file.Bytes);
        return true;
    }

    private bool Write()
    {
        OutboxEntry? entry;
        lock (_gate)
        {
            if ((entry = _unsaved.Min) is null) return false;
            _unsaved.Remove(entry);
            _writing = entry;
        }

        var isWritten = false;
        try
        {
            var name = entry.Name;
            for (var i = 2; _names.Contains(name); i++) name = $"{entry.Name}.{i}"; // two messages that may have one request
            var content = SpooledMessage.Of(entry, sealer.Seal(entry, entry.Name)).Encode();
            _folder!.Write(name, content);
            isWritten = true;
            _names.Add(name);
            var file = new SpoolFile(name, content.Length);
            lock (_gate)
            {
                if (_writing is null) _obsolete.Enqueue(file);
                else _saved.Add(entry, file);
            }

            Count(file.Bytes);
            return true;
        }
        finally
        {
            lock (_gate)
            {
                if (!isWritten && _writing is not null) _unsaved.Add(entry);
                _writing = null;
            }
        }
    }

    private bool WriteKey()
    {
        if (_key is not { } key || key == _keyInFile) return false;
        _folder!.Write(KeyFile, Encoding.ASCII.GetBytes(key));
        _keyInFile = key;
        return true;
    }

    private bool WriteTime()
    {
        if (!_isTimeNews || clock.ToText() is not { } known) return false;
        _folder!.Write(ClockFile, Encoding.ASCII.GetBytes($"{StartOfNode()} {known}"));
        _isTimeNews = false;
        return true;
    }

    /// <summary>What Linux calls this one run of the machine: another at every boot (random(4), /proc/sys/kernel/random/boot_id).</summary>
    private static string StartOfNode() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>What an earlier life left behind is the outbox's again, oldest first; what is written from now on is sealed with the key it was told.</summary>
    private void ReadAll()
    {
        _folder!.Create();
        if (_folder.TryRead(KeyFile) is { } key) instructions.Recall(_keyInFile = Encoding.ASCII.GetString(key));
        if (_folder.TryRead(ClockFile) is { } noted && Encoding.ASCII.GetString(noted).Split(' ', 2) is [var start, var known] && start == StartOfNode()) clock.Recall(known);
        var found = new List<(OutboxEntry Entry, SpoolFile File)>();
        foreach (var name in _folder.List())
        {
            if (_folder.TryRead(name) is { } content && SpooledMessage.TryDecode(content, out var entry))
            {
                found.Add((entry, new(name, content.Length)));
                continue;
            }

            metrics.Dropped(SpoolDrop.Corrupt);
            logger.SpoolFileCorrupt(name, _folder.Corrupt);
            if (!_folder.TrySetAside(name)) _names.Add(name); // it stays, and nobody writes over it
        }

        _isRead = true;
        foreach (var (entry, file) in found.OrderBy(f => f.Entry.Signal.CapturedAt))
        {
            _names.Add(file.Name);
            Count(file.Bytes);
            lock (_gate) _saved.Add(entry, file);
            if (!_restore!(entry)) Forget(entry);
        }

        if (found.Count > 0) logger.SpoolRead(found.Count, options.Spool.Directory!);
    }

    private void Count(int bytes)
    {
        _bytes += bytes;
        metrics.Spooled(_files += Math.Sign(bytes), _bytes);
    }

    private sealed record SpoolFile(string Name, int Bytes);
}
