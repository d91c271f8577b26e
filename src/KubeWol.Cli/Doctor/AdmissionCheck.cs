using System.Text.Json.Nodes;

namespace KubeWol.Cli.Doctor;

/// <summary>The admission policies: without them, whoever may write WakeRequests has all that KubeWol may do.</summary>
internal static class AdmissionCheck
{
    public static async Task<IReadOnlyList<Finding>> LookAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var root = "/apis/admissionregistration.k8s.io/v1";
        var selector = $"?labelSelector={Uri.EscapeDataString("app.kubernetes.io/name=kubewol")}";
        var policies = (await session.ReadAsync($"{root}/validatingadmissionpolicies{selector}", cancellationToken).ConfigureAwait(false))?["items"]?.AsArray() ?? [];
        var bound = ((await session.ReadAsync($"{root}/validatingadmissionpolicybindings{selector}", cancellationToken).ConfigureAwait(false))?["items"]?.AsArray() ?? []).Select(b => (string?)b!["spec"]!["policyName"]).ToHashSet();
        var broken = policies.Where(p => p!["status"]?["typeChecking"]?["expressionWarnings"] is JsonArray { Count: > 0 }).Select(Name).ToList();
        var loose = policies.Select(Name).Where(n => !bound.Contains(n)).ToList();
        var found = policies.Count == 0 ? Finding.Warning("there are no admission policies: whoever may write WakeRequests has all the rights of KubeWol", "Set admissionPolicies.enabled of the chart, or keep people from writing WakeRequests.")
            : loose.Count > 0 ? Finding.Bad($"admission policies without a binding do nothing: {string.Join(", ", loose)}", "Upgrade the chart.")
            : broken.Count > 0 ? Finding.Warning($"the API server has doubts about {string.Join(", ", broken)}", $"Try: kubectl get validatingadmissionpolicy {broken[0]} -o yaml")
            : Finding.Good($"{policies.Count} admission policies are in force");
        return [found];

        static string Name(JsonNode? policy) => (string)policy!["metadata"]!["name"]!;
    }
}
