using System.Globalization;

namespace KubeWol.Cli.Agents;

/// <summary>An agent's metrics.</summary>
internal sealed class AgentFigures
{
    private const string CapturedBy = "kubewol_agent_capture_frames_total";
    private readonly Dictionary<string, double> _values = [];

    /// <summary>Reads the text format of Prometheus, as far as agents write it.</summary>
    public AgentFigures(string text)
    {
        foreach (var line in text.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            var space = line.LastIndexOf(' ');
            if (space > 0 && double.TryParse(line.AsSpan(space + 1), CultureInfo.InvariantCulture, out var value)) _values[line[..space]] = value;
        }
    }

    /// <summary>Interfaces that are listened on.</summary>
    public int Interfaces => (int)Sum("kubewol_agent_interfaces");

    /// <summary>Their names, and those of interfaces that are gone.</summary>
    public IReadOnlyList<string> Names => [.. _values.Keys.Where(k => k.StartsWith(CapturedBy + "{", StringComparison.Ordinal)).Select(k => k.Split('"')[1]).Order(StringComparer.Ordinal)];

    /// <summary>Frames that passed the kernel's filter.</summary>
    public double Captured => Sum(CapturedBy);

    /// <summary>Frames that were lost before they were looked at.</summary>
    public double Dropped => Sum("kubewol_agent_capture_dropped_total");

    /// <summary>Whether the agent knows which addresses machines have.</summary>
    public bool KnowsAddresses => Sum("kubewol_agent_index_known") > 0;

    /// <summary>How many they are.</summary>
    public double Addresses => Sum("kubewol_agent_index_addresses");

    private double Sum(string name) => _values.Where(v => v.Key == name || v.Key.StartsWith(name + "{", StringComparison.Ordinal)).Sum(v => v.Value);
}
