using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator;
using KubeWol.Protocol;

namespace KubeWol.Cli.Explaining;

/// <summary>How the operator of this cluster was started, read from its Deployment.</summary>
internal static class InstalledOptions
{
    /// <summary>The options, and why they are only the usual ones; null where they are the operator's own.</summary>
    public static async Task<(OperatorOptions Options, string? Note)> ReadAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        try
        {
            var path = $"{ApiPath("deployments", session.System)}?labelSelector={Uri.EscapeDataString(Labels("operator"))}";
            var found = (await session.ReadAsync(path, cancellationToken).ConfigureAwait(false))?["items"]?.AsArray();
            return found is [{ } deployment]
                ? (Of(session.System, deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["args"] as JsonArray), null)
                : (Of(session.System, null), $"there is no operator in namespace {session.System} to ask for its options: the chart's were taken");
        }
        catch (ApiException e) when (e.StatusCode == System.Net.HttpStatusCode.Forbidden)
        {
            return (Of(session.System, null), $"you may not read the operator's Deployment in {session.System}: the chart's options were taken");
        }
    }

    /// <summary>Selects the objects of one part of KubeWol.</summary>
    public static string Labels(string component) => $"app.kubernetes.io/name=kubewol,app.kubernetes.io/component={component}";

    /// <summary>The path of objects of the apps group.</summary>
    public static string ApiPath(string plural, string ns) => ControllerRuntime.ApiPath.Of("apps", "v1", plural, ns);

    /// <summary>The options as the chart writes them: --name=value, each an argument.</summary>
    internal static OperatorOptions Of(string system, JsonArray? arguments)
    {
        var given = (arguments ?? []).Select(a => ((string?)a ?? "").Split('=', 2)).ToLookup(a => a[0], a => a is [_, var value] ? value : "true");
        string? Value(string name) => given[name].LastOrDefault();
        int? Number(string name) => int.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        var options = new OperatorOptions { Namespace = system, LeaderElection = false, Workers = 1 };
        return options with
        {
            DefaultVerbs = Value("--default-verbs") is { } verbs ? [.. verbs.Split(',').Where(v => v != "None").Select(v => Enum.TryParse<WakeAction>(v, out var verb) ? verb : WakeAction.Unknown)] : options.DefaultVerbs,
            DefaultSleepMode = Enum.TryParse<SleepMode>(Value("--default-sleep-mode"), out var mode) ? mode : options.DefaultSleepMode,
            StartAs = Value("--start-as") ?? options.StartAs,
            ReversedMacSleeps = Value("--reversed-mac-sleeps") == "true",
            AgentsReportReversedMacs = Value("--agents-report-reversed-macs") == "true",
            AgentPorts = WolPorts.TryParse(Value("--agent-ports"), null, out var ports) ? ports : null,
            RememberMacsFor = Number("--remember-macs-for") is { } days ? TimeSpan.FromDays(days) : options.RememberMacsFor,
            Ports = ((WakeAction[])[WakeAction.Sleep, WakeAction.Move, WakeAction.Instantiate])
                .Select(verb => (Port: Number($"--{verb.ToString().ToLowerInvariant()}-port"), Verb: verb))
                .Where(p => p.Port is not null).ToDictionary(p => p.Port!.Value, p => p.Verb),
        };
    }
}
