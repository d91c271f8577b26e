using System.Globalization;

namespace KubeWol.Operator.Page;

/// <summary>What an agent's own page of metrics says, as far as the status page and <c>kubectl wol doctor</c> show it.</summary>
/// <param name="Listening">On how many interfaces it listens.</param>
/// <param name="Addresses">How many addresses it listens for.</param>
/// <param name="IsIndexKnown">Whether it has been told them.</param>
/// <param name="Waiting">Messages that the API server has not acknowledged yet.</param>
/// <param name="Nics">Its interfaces since it was started, those that are gone among them, by name.</param>
internal sealed record AgentFigures(double Listening, double Addresses, bool IsIndexKnown, double Waiting, IReadOnlyList<NicFigures> Nics)
{
    /// <summary>Interfaces taken from one page: those that an agent names, and all others together.</summary>
    public const int MostNics = 65;

    private const string Captured = "kubewol_agent_capture_frames_total{interface=\"";
    private const string Dropped = "kubewol_agent_capture_dropped_total{interface=\"";

    /// <summary>Reads the text format of Prometheus, as our own agents write it; null where it is not that of an agent.</summary>
    public static AgentFigures? Parse(string page)
    {
        var nics = new SortedDictionary<string, NicFigures>(StringComparer.Ordinal);
        double? addresses = null;
        var (listening, known, waiting) = (0d, 0d, 0d);
        foreach (var line in page.Split('\n'))
        {
            var blank = line.LastIndexOf(' ');
            if (blank < 0 || line[0] == '#' || !double.TryParse(line.AsSpan(blank + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) continue;
            switch (line[..blank])
            {
                case "kubewol_agent_interfaces": listening = value; break;
                case "kubewol_agent_index_addresses": addresses = value; break;
                case "kubewol_agent_index_known": known = value; break;
                case "kubewol_agent_pending_messages": waiting = value; break;
                case var series when series.StartsWith(Captured, StringComparison.Ordinal): Count(series[Captured.Length..], nic => nic with { Frames = nic.Frames + value }); break;
                case var series when series.StartsWith(Dropped, StringComparison.Ordinal): Count(series[Dropped.Length..], nic => nic with { Lost = nic.Lost + value }); break;
            }
        }

        return addresses is null ? null : new(listening, addresses.Value, known > 0, waiting, [.. nics.Values]);

        void Count(string labels, Func<NicFigures, NicFigures> count)
        {
            var name = labels.Split('"')[0];
            if (name.Length is 0 or > 15 || (nics.Count == MostNics && !nics.ContainsKey(name))) return; // IFNAMSIZ, linux/if.h
            nics[name] = count(nics.GetValueOrDefault(name) ?? new(name, 0, 0));
        }
    }
}

/// <summary>What was counted at one interface.</summary>
/// <param name="Name">The interface.</param>
/// <param name="Frames">Frames that passed the kernel's filter.</param>
/// <param name="Lost">Frames lost before they were looked at, in the buffer, the driver or the hardware.</param>
internal sealed record NicFigures(string Name, double Frames, double Lost);
