using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Cli.Doctor;

/// <summary>What KubeWol stands on: the API server, its own kinds, KubeVirt.</summary>
internal static class ClusterCheck
{
    private const int LeastMinor = 30; // ValidatingAdmissionPolicy, and the node in a pod's token
    private static readonly string[] Kinds = ["wakerequests", "wakepolicies", "waketemplates"];

    public static async Task<IReadOnlyList<Finding>> LookAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var version = await session.ReadAsync("/version", cancellationToken).ConfigureAwait(false);
        var minor = string.Concat(((string?)version?["minor"] ?? "").TakeWhile(char.IsAsciiDigit));
        var server = $"Kubernetes {(string?)version?["gitVersion"]} at {session.Connection.Server}";
        var served = await ServedAsync(session, $"/apis/{ApiGroup.Name}/{ApiGroup.V1Alpha1}", cancellationToken).ConfigureAwait(false);
        var missing = Kinds.Except(served ?? []).ToList();
        return
        [
            int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < LeastMinor
                ? Finding.Warning($"{server} is older than 1.{LeastMinor}", "The admission policies of the chart do not work there: see docs/security.md.")
                : Finding.Good(server),
            missing.Count == 0 ? Finding.Good($"{ApiGroup.Name}/{ApiGroup.V1Alpha1} is served")
                : Finding.Bad($"the API server does not serve {string.Join(", ", missing)} ({ApiGroup.Name})", "Install KubeWol, with its CRDs (crds.enabled in the chart)."),
            .. await KubeVirtAsync(session, cancellationToken).ConfigureAwait(false),
        ];
    }

    private static async Task<IReadOnlyList<Finding>> KubeVirtAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var kinds = await ServedAsync(session, "/apis/kubevirt.io/v1", cancellationToken).ConfigureAwait(false);
        if (kinds?.Contains("virtualmachines") != true) return [Finding.Bad("KubeVirt is not installed: kubevirt.io/v1 is not served", "Install KubeVirt first: https://kubevirt.io")];
        var findings = new List<Finding>();
        if (kinds.Contains("kubevirts") && await InstalledAsync(session, cancellationToken).ConfigureAwait(false) is { } kubeVirt)
        {
            var (phase, version) = ((string?)kubeVirt["status"]?["phase"], (string?)kubeVirt["status"]?["observedKubeVirtVersion"]);
            findings.Add(phase == "Deployed" ? Finding.Good($"KubeVirt {version} is deployed") : Finding.Warning($"KubeVirt {version} is {phase ?? "not there yet"}", "Try: kubectl get kubevirt -A"));
        }
        else
        {
            findings.Add(new(Level.Unknown, "KubeVirt is there; which version it is does not show"));
        }

        try
        {
            if (await ServedAsync(session, "/apis/subresources.kubevirt.io/v1", cancellationToken).ConfigureAwait(false) is not null) return [.. findings, Finding.Good("KubeVirt takes orders (subresources.kubevirt.io)")];
        }
        catch (ApiException e) when (e.IsTransient)
        {
            // virt-api is registered and does not answer
        }

        return [.. findings, Finding.Bad("KubeVirt takes no orders: subresources.kubevirt.io is not available", "Does virt-api run? Try: kubectl get pods -A -l kubevirt.io=virt-api")];
    }

    /// <summary>The KubeVirt object; null where there is none, or where it is not for everybody's eyes.</summary>
    private static async Task<JsonNode?> InstalledAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        try
        {
            return (await session.ReadAsync("/apis/kubevirt.io/v1/kubevirts", cancellationToken).ConfigureAwait(false))?["items"]?.AsArray() is [{ } first, ..] ? first : null;
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    private static async Task<List<string>?> ServedAsync(ClusterSession session, string path, CancellationToken cancellationToken) =>
        (await session.ReadAsync(path, cancellationToken).ConfigureAwait(false))?["resources"] is JsonArray resources ? [.. resources.Select(r => (string)r!["name"]!)] : null;
}
