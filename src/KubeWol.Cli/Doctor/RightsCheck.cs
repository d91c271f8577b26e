using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Cli.Doctor;

/// <summary>What the user may do by hand: the rights that admission asks for (docs/requests.md).</summary>
internal static class RightsCheck
{
    private const string Reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    private const string KubeVirt = "kubevirt.io";
    private const string Subresources = "subresources.kubevirt.io";

    private static readonly (WakeAction Verb, Right[] Rights)[] Needed =
    [
        (WakeAction.Wake, [new("update", Subresources, "virtualmachines", "start"), new("update", Subresources, "virtualmachineinstances", "unpause")]),
        (WakeAction.Sleep, [new("update", Subresources, "virtualmachineinstances", "pause")]),
        (WakeAction.Move, [new("update", Subresources, "virtualmachines", "migrate"), new("patch", KubeVirt, "virtualmachines", null)]),
        (WakeAction.Instantiate, [new("create", KubeVirt, "virtualmachines", null), new("update", Subresources, "virtualmachines", "start")]),
        (WakeAction.Destroy, [new("delete", KubeVirt, "virtualmachines", null)]),
    ];

    public static async Task<IReadOnlyList<Finding>> LookAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        if (!await MayAsync(session, new("create", ApiGroup.Name, "wakerequests", null), cancellationToken).ConfigureAwait(false))
        {
            return [new(Level.Warning, $"you may not create WakeRequests in {session.Namespace}: wake, sleep, move, instantiate and destroy are not for you there")];
        }

        var (may, not) = (new List<string>(), new List<string>());
        foreach (var (verb, rights) in Needed)
        {
            var has = await Task.WhenAll(rights.Select(r => MayAsync(session, r, cancellationToken))).ConfigureAwait(false);
            if (has.All(h => h)) may.Add(verb.ToString().ToLowerInvariant());
            else not.Add($"{verb.ToString().ToLowerInvariant()} ({string.Join(", ", rights.Where((_, i) => !has[i]))})");
        }

        return
        [
            .. may.Count == 0 ? Array.Empty<Finding>() : [Finding.Good($"you may {string.Join(", ", may)} the machines of {session.Namespace}")],
            .. not.Count == 0 ? Array.Empty<Finding>() : [new Finding(Level.Warning, $"you may not {string.Join(", ", not)} in {session.Namespace}")],
        ];
    }

    private static async Task<bool> MayAsync(ClusterSession session, Right right, CancellationToken cancellationToken)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SelfSubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["resourceAttributes"] = new JsonObject
                {
                    ["namespace"] = session.Namespace, ["verb"] = right.Verb, ["group"] = right.Group, ["resource"] = right.Resource, ["subresource"] = right.Subresource,
                },
            },
        };
        return (bool?)(await session.CreateAsync(Reviews, review, cancellationToken).ConfigureAwait(false))["status"]?["allowed"] == true;
    }

    private sealed record Right(string Verb, string Group, string Resource, string? Subresource)
    {
        public override string ToString() => $"{Verb} {Resource}{(Subresource is null ? "" : $"/{Subresource}")}";
    }
}
