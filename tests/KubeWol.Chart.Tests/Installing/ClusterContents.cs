using KubeWol.TestCluster.Tools;

namespace KubeWol.Chart.Tests.Installing;

/// <summary>Everything that a cluster has, as "Kind namespace/name".</summary>
internal static class ClusterContents
{
    private const string Row = """{range .items[*]}{.kind}{" "}{.metadata.namespace}{"/"}{.metadata.name}{"\n"}{end}""";

    public static async Task<SortedSet<string>> ReadAsync(Kubectl kubectl, CancellationToken cancellationToken)
    {
        var kinds = (await kubectl.OutputAsync(["api-resources", "--verbs=list", "-o", "name"], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            // Events go away by themselves.
            .Where(kind => !kind.StartsWith("events", StringComparison.Ordinal));
        var found = await kubectl.RunAsync(["get", string.Join(',', kinds), "--all-namespaces", "--ignore-not-found", "-o", $"jsonpath={Row}"], cancellationToken);
        // A kind may go away while it is asked for: the complaint is nothing that anybody waits for, and the next look is another one.
        return new(found.Succeeded ? found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [found.Error], StringComparer.Ordinal);
    }
}
