using System.CommandLine;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>The command-line options that every program of ours has, so that they are spelt alike everywhere.</summary>
public sealed class ProgramOptions
{
    /// <summary>The kubeconfig file, or null.</summary>
    public Option<string?> Kubeconfig { get; } = new("--kubeconfig") { Description = "Kubeconfig file. Otherwise $KUBECONFIG, the pod's service account or ~/.kube/config." };

    /// <summary>Where metrics and probes are served.</summary>
    public Option<IPEndPoint> Listen { get; } = new("--listen")
    {
        Description = "Address and port of /metrics, /healthz and /readyz.",
        DefaultValueFactory = _ => new(IPAddress.Any, 8080),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            // An address alone is one with port 0 to the framework, which would be any port.
            if (IPEndPoint.TryParse(text, out var address) && text.EndsWith($":{address.Port}", StringComparison.Ordinal)) return address;
            result.AddError($"--listen: '{text}' is not an IP address with a port, such as 0.0.0.0:8080 or [::]:8080");
            return null;
        },
    };

    /// <summary>How long the API server may take, in seconds.</summary>
    public Option<int> RequestTimeout { get; } = Number(
        "--request-timeout", "Seconds after which a request to the API server is given up, to be tried again; watches go on for as long as they live", 15, 1, 300);

    /// <summary>How log lines look.</summary>
    public Option<string> LogFormat { get; } = new("--log-format") { Description = "json or text.", DefaultValueFactory = _ => "json" };

    /// <summary>What is logged.</summary>
    public Option<LogLevel> LogLevel { get; } = new("--log-level")
    {
        Description = "Trace, Debug, Information, Warning or Error.",
        DefaultValueFactory = _ => Microsoft.Extensions.Logging.LogLevel.Information,
    };

    /// <summary>The namespace of the installation: the one given, else the pod's, else kubewol-system.</summary>
    public static Option<string> Namespace(string description) => new("--namespace")
    {
        Description = $"{description} Otherwise $POD_NAMESPACE, or kubewol-system.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("POD_NAMESPACE") is { Length: > 0 } own ? own : "kubewol-system",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (text.Length is > 0 and <= 63 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')) return text;
            result.AddError($"--namespace: '{text}' is not the name of a namespace");
            return null;
        },
    };

    /// <summary>An option that takes a whole number within bounds.</summary>
    public static Option<int> Number(string name, string description, int @default, int least, int most) => new(name)
    {
        Description = $"{description} ({least} to {most}).",
        DefaultValueFactory = _ => @default,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
            result.AddError($"{name}: '{text}' is not a number from {least} to {most}");
            return @default;
        },
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        LogFormat.AcceptOnlyFromAmong("json", "text");
        foreach (var option in (Option[])[Kubeconfig, Listen, RequestTimeout, LogFormat, LogLevel]) command.Add(option);
    }
}
