using System.CommandLine;

namespace KubeWol.Cli;

/// <summary>Which cluster, and where in it: the options of kubectl itself.</summary>
internal sealed class ClusterOptions
{
    /// <summary>Where KubeWol is installed, where that is not kubewol-system.</summary>
    public const string SystemVariable = "KUBEWOL_NAMESPACE";

    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "Kubeconfig file; otherwise $KUBECONFIG or ~/.kube/config.", HelpName = "FILE" };
    private readonly Option<string?> _context = new("--context") { Description = "Context of the kubeconfig.", HelpName = "NAME" };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Namespace of the machine; otherwise that of the context.", HelpName = "NAMESPACE" };
    private readonly Option<string?> _system = new("--kubewol-namespace") { Description = $"Namespace KubeWol is installed in; otherwise ${SystemVariable} or kubewol-system.", HelpName = "NAMESPACE" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_namespace, _context, _kubeconfig, _system]) command.Add(option);
    }

    /// <summary>Connects; nothing is sent yet.</summary>
    public ClusterSession Open(ParseResult given, Surroundings around) => ClusterSession.Open(
        given.GetValue(_kubeconfig), given.GetValue(_context), given.GetValue(_namespace),
        given.GetValue(_system) ?? (around.Variable(SystemVariable) is { Length: > 0 } system ? system : "kubewol-system"), around.Time);
}
