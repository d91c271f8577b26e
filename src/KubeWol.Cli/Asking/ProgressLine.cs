using System.Globalization;
using KubeWol.Cli.Output;

namespace KubeWol.Cli.Asking;

/// <summary>How it goes: one line that is painted over on a terminal, one line for each change elsewhere.</summary>
internal sealed class ProgressLine : IAsyncDisposable
{
    private const string Clear = "\r\e[K";
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

    private readonly Terminal _terminal;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _painting;
    private volatile string _text = "";

    public ProgressLine(Terminal terminal, TimeProvider time)
    {
        (_terminal, _time, _begun) = (terminal, time, time.GetTimestamp());
        _painting = terminal.IsLive ? PaintAsync() : Task.CompletedTask;
    }

    /// <summary>Says how it goes now; saying the same again changes nothing.</summary>
    public async Task ShowAsync(string text)
    {
        if (_text == text) return;
        _text = text;
        if (!_terminal.IsLive) await _terminal.Error.WriteLineAsync(text).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _painting.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task PaintAsync()
    {
        using var timer = new PeriodicTimer(Frame, _time);
        try
        {
            for (var frame = 0; ; frame++)
            {
                var elapsed = string.Create(CultureInfo.InvariantCulture, $"{_time.GetElapsedTime(_begun).TotalSeconds:0.0} s");
                var line = $"{Spinner[frame % Spinner.Length]} {elapsed}  {_text}";
                await _terminal.Error.WriteAsync($"{Clear}{(line.Length < _terminal.Width ? line : line[..(_terminal.Width - 2)] + "…")}").ConfigureAwait(false);
                await _terminal.Error.FlushAsync(_end.Token).ConfigureAwait(false);
                await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await _terminal.Error.WriteAsync(Clear).ConfigureAwait(false);
        }
    }
}
