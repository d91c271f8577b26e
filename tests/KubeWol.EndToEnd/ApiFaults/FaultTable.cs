using System.Globalization;
using System.Text;
using KubeWol.FaultProxy;

namespace KubeWol.EndToEnd.ApiFaults;

/// <summary>Which faults were injected into which calls, as a table; and which were not, and why.</summary>
internal sealed class FaultTable(ApiProxy proxy, IReadOnlyList<FaultKind> kinds, IReadOnlyDictionary<string, string> elsewhere)
{
    private static readonly string[] Programs = ["kubewol-operator", "kubewol-agent"];

    private readonly Dictionary<(string Caller, string Call, FaultKind Kind), int> _injected = proxy.Injected.ToDictionary(i => (i.Caller, i.Call, i.Kind), i => i.Count);

    /// <summary>The calls that our programs made.</summary>
    private IReadOnlyList<(string Caller, string Call)> Calls { get; } =
        [.. proxy.Calls.Keys.Where(c => Programs.Contains(c.Caller)).OrderBy(c => c.Caller, StringComparer.Ordinal).ThenBy(c => c.Call.Split(' ')[1], StringComparer.Ordinal).ThenBy(c => c.Call, StringComparer.Ordinal)];

    /// <summary>The cells without a fault and without a reason.</summary>
    public IEnumerable<string> Empty =>
        from call in Calls
        where !elsewhere.ContainsKey(call.Call)
        from kind in kinds
        where Count(call, kind) == 0 && Fault.CannotMeet(kind, call.Call.Split(' ')[0]) is null
        select $"{call.Caller} {call.Call} never met {kind}";

    public string Print()
    {
        var text = new StringBuilder("Each fault at each call: how often it was injected (· cannot happen there; * elsewhere, below)\n\n");
        text.AppendLine(CultureInfo.InvariantCulture, $"| | {string.Join(" | ", kinds)} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(Enumerable.Repeat("---|", kinds.Count))}");
        foreach (var call in Calls)
        {
            var cells = kinds.Select(kind => Count(call, kind) is > 0 and var count ? $"{count}" : Fault.CannotMeet(kind, call.Call.Split(' ')[0]) is not null ? "·" : elsewhere.ContainsKey(call.Call) ? "*" : "0");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {call.Caller[8..]} {call.Call} | {string.Join(" | ", cells)} |");
        }

        text.AppendLine();
        foreach (var (call, where) in elsewhere) text.AppendLine(CultureInfo.InvariantCulture, $"* {call}: {where}");
        return text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{_injected.Values.Sum()} faults injected").ToString();
    }

    private int Count((string Caller, string Call) call, FaultKind kind) => _injected.GetValueOrDefault((call.Caller, call.Call, kind));
}
