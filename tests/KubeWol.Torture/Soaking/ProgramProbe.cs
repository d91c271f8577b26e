using System.Globalization;
using KubeWol.TestBed;

namespace KubeWol.Torture.Soaking;

/// <summary>Looks at one program, from outside and by what it says of itself.</summary>
internal sealed class ProgramProbe(RunningProgram program)
{
    public const string ResidentMebibytes = "RSS MiB";

    private const double Mebibyte = 1 << 20;

    private readonly List<Sample> _samples = [];

    public string Name => program.Process.Name;

    public IReadOnlyList<Sample> Samples => _samples;

    public bool HasEnded => program.Process.HasExited;

    public bool Is(RunningProgram other) => other == program;

    public async Task LookAsync(TimeSpan at, CancellationToken cancellationToken)
    {
        try
        {
            var values = new Dictionary<string, double>
            {
                [ResidentMebibytes] = program.Usage.ResidentBytes / Mebibyte,
                ["handles"] = Directory.EnumerateFileSystemEntries($"/proc/{program.Id}/fd").Count(),
                ["threads"] = Directory.EnumerateDirectories($"/proc/{program.Id}/task").Count(),
            };
            foreach (var line in (await program.MetricsPageAsync(cancellationToken)).Split('\n'))
            {
                if (line.StartsWith('#') || Queue(line) is not { } queue) continue;
                values[queue] = values.GetValueOrDefault(queue) + double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
            }

            _samples.Add(new(at, values));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // It has ended a moment ago.
        }
    }

    /// <summary>What a line of /metrics counts that may have to wait; null for all else.</summary>
    private static string? Queue(string line) =>
        line.StartsWith("kubewol_queue_depth{", StringComparison.Ordinal) ? "queued"
        : line.StartsWith("kubewol_agent_outbox_messages ", StringComparison.Ordinal) ? "outbox"
        : line.StartsWith("kubewol_agent_spool_messages ", StringComparison.Ordinal) ? "spool"
        : null;
}
