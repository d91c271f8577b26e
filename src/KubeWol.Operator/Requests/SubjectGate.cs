namespace KubeWol.Operator.Requests;

/// <summary>Lets the passes of requests that concern the same machine in one at a time: who comes next sees what the one before has written.</summary>
internal sealed class SubjectGate
{
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly Lock _lock = new();

    /// <summary>Waits for the turn; disposing what it returns ends it.</summary>
    public async Task<IDisposable> EnterAsync(string subject, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (_lock)
        {
            entry = _entries.TryGetValue(subject, out var existing) ? existing : _entries[subject] = new();
            entry.Users++;
        }

        try
        {
            await entry.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Leave(subject, entry);
            throw;
        }

        return new Pass(this, subject, entry);
    }

    private void Leave(string subject, Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Users > 0) return;
            _entries.Remove(subject);
            entry.Turn.Dispose();
        }
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Pass(SubjectGate gate, string subject, Entry entry) : IDisposable
    {
        public void Dispose()
        {
            entry.Turn.Release();
            gate.Leave(subject, entry);
        }
    }
}
