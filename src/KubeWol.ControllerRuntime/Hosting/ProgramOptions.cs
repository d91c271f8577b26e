using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>The command-line options that every program of ours has, so that they are spelt alike everywhere.</summary>
public sealed class ProgramOptions
{
    /// <summary>The kubeconfig file, or null.</summary>
    public Option<string?> Kubeconfig { get; } = new("--kubeconfig") { Description = "Kubeconfig file. Otherwise $KUBECONFIG, the pod's service account or ~/.kube/config." };

    /// <summary>Where metrics and probes are served.</summary>
    public Option<string> Listen { get; } = new("--listen") { Description = "Address and port of /metrics, /healthz and /readyz.", DefaultValueFactory = _ => "0.0.0.0:8080" };

    /// <summary>How log lines look.</summary>
    public Option<string> LogFormat { get; } = new("--log-format") { Description = "json or text.", DefaultValueFactory = _ => "json" };

    /// <summary>What is logged.</summary>
    public Option<LogLevel> LogLevel { get; } = new("--log-level")
    {
        Description = "Trace, Debug, Information, Warning or Error.",
        DefaultValueFactory = _ => Microsoft.Extensions.Logging.LogLevel.Information,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        LogFormat.AcceptOnlyFromAmong("json", "text");
        foreach (var option in (Option[])[Kubeconfig, Listen, LogFormat, LogLevel]) command.Add(option);
    }
}
