using System.Diagnostics;
using System.Runtime.InteropServices;

namespace KubeWol.TestCluster.Processes;

/// <summary>A program that runs until it is stopped; it dies with this process, however that ends.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly ObservedList<string> _lines = new();
    private readonly Lock _lock = new();

    private readonly Action<string>? _onLine;

    private ChildProcess(ProcessSpec spec, string logFile, Action<string>? onLine)
    {
        Name = spec.Name;
        _onLine = onLine;
        LogFile = logFile;
        _process = spec.Start();
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        Id = _process.Id;
        _process.StandardInput.Close();
        Exited = ReadToEndAsync();
    }

    public string Name { get; }

    public int Id { get; }

    /// <summary>Where its standard output and standard error go; restarts append.</summary>
    public string LogFile { get; }

    /// <summary>Ends with the exit code (128 + n for a death by signal n), once all output is in the log.</summary>
    public Task<int> Exited { get; }

    public bool HasExited => Exited.IsCompleted;

    /// <summary>Everything it has written so far, standard output and standard error together.</summary>
    public IReadOnlyList<string> Lines => _lines.Items;

    /// <summary>What it uses now; only while it runs.</summary>
    public ProcessUsage Usage => ProcessUsage.Of(Id);

    public static ChildProcess Start(ProcessSpec spec, string logFile) => new(spec, logFile, null);

    /// <summary>Starts it and calls <paramref name="onLine"/> for each line it writes, one at a time.</summary>
    public static ChildProcess Start(ProcessSpec spec, string logFile, Action<string> onLine) => new(spec, logFile, onLine);

    /// <summary>The first line that matches, written already or to come; <see cref="TestClusterException"/> when the process ends or the time is up before.</summary>
    public async Task<string> WaitForLineAsync(Predicate<string> matches, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var found = _lines.WaitForAsync(matches);
        try
        {
            await Task.WhenAny(found, Exited).WaitAsync(timeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Failure($"did not write the awaited line within {timeout.TotalSeconds:0.#} s");
        }
        return found.IsCompleted ? await found : throw Failure($"ended with {await Exited} before it wrote the awaited line");
    }

    /// <summary>Sends a signal; a process that has ended is left alone.</summary>
    public void Send(Signal signal)
    {
        // Not reaped yet, the pid is still this process's; what fails after that check fails because it has just ended.
        if (HasExited || _process.HasExited || Kill(Id, (int)signal) == 0 || _process.HasExited) return;
        throw new TestClusterException($"Cannot send {signal} to {Name}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Sends a signal to a process that a child has started.</summary>
    public static void Send(int id, Signal signal)
    {
        if (Kill(id, (int)signal) != 0) throw new TestClusterException($"Cannot send {signal} to process {id}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Asks it to end, kills it if it has not within 10 s; returns the exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        Send(Signal.Terminate);
        Send(Signal.Continue);
        try
        {
            return await Exited.WaitAsync(Grace, cancellationToken);
        }
        catch (TimeoutException)
        {
            return await KillAsync(cancellationToken);
        }
    }

    public async Task<int> KillAsync(CancellationToken cancellationToken)
    {
        Send(Signal.Kill);
        return await Exited.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _process.Dispose();
        await _log.DisposeAsync();
    }

    /// <summary>An exception that tells what became of this process, with the end of its log.</summary>
    public TestClusterException Failure(string what) =>
        new($"{Name} {what}; the end of {LogFile}:{string.Concat(Lines.TakeLast(10).Select(line => $"{Environment.NewLine}  {line}"))}");

    private async Task<int> ReadToEndAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_lock)
            {
                _log.WriteLine(line);
                _onLine?.Invoke(line);
                _lines.Add(line);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
