using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Cli.Explaining;
using KubeWol.ControllerRuntime;

namespace KubeWol.Cli.Doctor;

/// <summary>Whether the operator runs, and one of its replicas leads.</summary>
internal sealed class OperatorCheck(TimeProvider time)
{
    private const string Lease = "kubewol-operator";

    public async Task<IReadOnlyList<Finding>> LookAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var path = $"{InstalledOptions.ApiPath("deployments", session.System)}?labelSelector={Uri.EscapeDataString(InstalledOptions.Labels("operator"))}";
        if ((await session.ReadAsync(path, cancellationToken).ConfigureAwait(false))?["items"] is not JsonArray { Count: > 0 } deployments)
        {
            return [Finding.Bad($"there is no operator in namespace {session.System}", $"Is KubeWol installed elsewhere? Give --kubewol-namespace, or set {ClusterOptions.SystemVariable}. Try: kubectl get deployments -A -l {InstalledOptions.Labels("operator")}")];
        }

        var deployment = deployments[0]!;
        var (wanted, ready) = ((int?)deployment["spec"]!["replicas"] ?? 1, (int?)deployment["status"]?["readyReplicas"] ?? 0);
        var image = (string?)deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"];
        var words = $"{ready} of {wanted} operators are ready ({image})";
        var see = $"Try: kubectl get pods -n {session.System} -l {InstalledOptions.Labels("operator")}";
        return
        [
            ready == 0 ? Finding.Bad(words, see) : ready < wanted ? Finding.Warning(words, see) : Finding.Good(words),
            Leader(await session.ReadAsync(ApiPath.Of("coordination.k8s.io", "v1", "leases", session.System, Lease), cancellationToken).ConfigureAwait(false), session.System),
        ];
    }

    private Finding Leader(JsonNode? lease, string system)
    {
        var (holder, renewed) = ((string?)lease?["spec"]?["holderIdentity"], (string?)lease?["spec"]?["renewTime"]);
        if (string.IsNullOrEmpty(holder) || renewed is null) return Finding.Bad("no operator leads: requests wait", $"What do they say? Try: kubectl logs -n {system} -l {InstalledOptions.Labels("operator")}");
        var age = time.GetUtcNow() - DateTimeOffset.Parse(renewed, CultureInfo.InvariantCulture);
        var lasts = TimeSpan.FromSeconds((int?)lease!["spec"]!["leaseDurationSeconds"] ?? 15);
        return age > lasts
            ? Finding.Bad($"{holder} led, and has not been heard of for {age.TotalSeconds:0} s: requests wait", $"What does it say? Try: kubectl logs -n {system} -l {InstalledOptions.Labels("operator")}")
            : Finding.Good($"{holder} leads");
    }
}
