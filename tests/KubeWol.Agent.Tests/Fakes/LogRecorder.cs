using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>Keeps what was logged.</summary>
internal sealed class LogRecorder<T> : ILogger<T>
{
    public ConcurrentQueue<(LogLevel Level, int Id, string Text)> Lines { get; } = [];

    /// <summary>The message at which this logger fails.</summary>
    public int Failing { get; set; }

    public IEnumerable<string> Of(LogLevel level) => Lines.Where(l => l.Level == level).Select(l => l.Text);

    public int Count(int id) => Lines.Count(l => l.Id == id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == Failing) throw new InvalidOperationException("a defect");
        Lines.Enqueue((logLevel, eventId.Id, formatter(state, exception)));
    }
}
