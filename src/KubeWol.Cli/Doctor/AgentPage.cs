using System.Globalization;
using System.Text;

namespace KubeWol.Cli.Doctor;

/// <summary>An agent's metrics, read through the API server: they are served on the node's network, where its user seldom is.</summary>
internal sealed class AgentPage
{
    private readonly Dictionary<string, double> _values = [];

    /// <summary>Reads the text format of Prometheus, as far as agents write it.</summary>
    public AgentPage(string text)
    {
        foreach (var line in text.Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            var space = line.LastIndexOf(' ');
            if (space > 0 && double.TryParse(line.AsSpan(space + 1), CultureInfo.InvariantCulture, out var value)) _values[line[..space]] = value;
        }
    }

    /// <summary>Interfaces that are listened on.</summary>
    public int Interfaces => (int)Sum("kubewol_agent_interfaces");

    /// <summary>Frames that passed the kernel's filter.</summary>
    public double Captured => Sum("kubewol_agent_capture_frames_total");

    /// <summary>Frames that were lost before they were looked at.</summary>
    public double Dropped => Sum("kubewol_agent_capture_dropped_total");

    /// <summary>The names of the interfaces that are listened on, or were.</summary>
    public IReadOnlyList<string> Names => [.. _values.Keys.Where(k => k.StartsWith("kubewol_agent_capture_frames_total{", StringComparison.Ordinal)).Select(k => k.Split('"')[1]).Order(StringComparer.Ordinal)];

    public static async Task<AgentPage> ReadAsync(ClusterSession session, AgentPod pod, CancellationToken cancellationToken) => new(Encoding.UTF8.GetString(
        await session.Client.SendAsync(HttpMethod.Get, pod.ProxyPath("metrics"), null, null, cancellationToken).ConfigureAwait(false)));

    private double Sum(string name) => _values.Where(v => v.Key == name || v.Key.StartsWith(name + "{", StringComparison.Ordinal)).Sum(v => v.Value);
}
