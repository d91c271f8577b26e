using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Cli.Output;
using KubeWol.Protocol;

namespace KubeWol.Cli.Agents;

/// <summary>Writes a line for each frame, and another when it is known what became of it. Agents keep the last few hundred: what was shown is not shown again.</summary>
internal sealed class Trace(Terminal terminal, OutputFormat format, MacAddress? only, RequestOutcomes outcomes) : IDisposable
{
    private static readonly int[] Widths = [15, 12, 10, 17, 17, 5];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<(string Node, HeardFrame Frame), string> _shown = [];
    private readonly Dictionary<string, string?> _ended = [];
    private readonly HashSet<string> _missed = [];

    /// <summary>Whether any agent could be asked.</summary>
    public bool HasHeard { get; private set; }

    public Task BeginAsync() => format == OutputFormat.Text
        ? terminal.Out.WriteLineAsync(terminal.Paint(Tone.Strong, Columns("TIME (UTC)", "NODE", "INTERFACE", "SOURCE", "TARGET", "PORT") + "VERDICT"))
        : Task.CompletedTask;

    /// <summary>Shows what is new on an agent's page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="isOld">Whether what it has was heard before anybody watched.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ShowAsync(HeardFrames page, bool isOld, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            HasHeard = true;
            _missed.Remove(page.Node);
            foreach (var frame in page.Frames.Where(f => only is null || (MacAddress.TryParse(f.Target, out var target) && target == only)))
            {
                var end = isOld || frame.Request is null ? null : await EndAsync(frame.Request, cancellationToken).ConfigureAwait(false);
                var key = (page.Node, frame with { Verdict = "", Request = null });
                var state = $"{frame.Verdict}{(frame.Request is null ? "" : $", {frame.Request}")}{(end is null ? "" : $", {end}")}";
                if (_shown.GetValueOrDefault(key) == state) continue;
                _shown[key] = state;
                if (!isOld) await WriteAsync(page.Node, frame, end).ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    /// <summary>Says that an agent cannot be asked; once, until it can.</summary>
    public async Task MissAsync(AgentPod pod, string why)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_missed.Add(pod.Node)) await terminal.Error.WriteLineAsync($"{terminal.PaintError(Tone.Warning, "warning:")} {pod.Node}: {pod.Key} cannot be asked: {why}").ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>How a request ended; asked for until it has, and then remembered.</summary>
    private async Task<string?> EndAsync(string request, CancellationToken cancellationToken) =>
        _ended.TryGetValue(request, out var known) && known is not null ? known : _ended[request] = await outcomes.OfAsync(request, cancellationToken).ConfigureAwait(false);

    private Task WriteAsync(string node, HeardFrame frame, string? end) => terminal.Out.WriteLineAsync(format == OutputFormat.Json
        ? new JsonObject
        {
            ["at"] = frame.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), ["node"] = node, ["interface"] = frame.Interface, ["source"] = frame.Source, ["target"] = frame.Target,
            ["port"] = frame.Port, ["verdict"] = frame.Verdict, ["request"] = frame.Request, ["outcome"] = end,
        }.ToJsonString()
        : Columns(frame.At.UtcDateTime.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture), node, frame.Interface, frame.Source ?? "-", frame.Target ?? "-", frame.Port?.ToString(CultureInfo.InvariantCulture) ?? "raw")
            + $"{terminal.Paint(ToneOf(frame, end), frame.Verdict)}{(frame.Request is null ? "" : $" {frame.Request}")}{(end is null ? "" : $"\n    {end}")}");

    private static Tone ToneOf(HeardFrame frame, string? end) => end is not null
        ? end.StartsWith("Succeeded", StringComparison.Ordinal) ? Tone.Good : Tone.Bad
        : frame.Request is not null ? Tone.Good : Tone.Warning;

    private static string Columns(params ReadOnlySpan<string> cells)
    {
        var line = "";
        for (var i = 0; i < cells.Length; i++) line += cells[i].PadRight(Widths[i]) + "  ";
        return line;
    }
}
