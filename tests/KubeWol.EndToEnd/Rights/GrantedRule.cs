using System.Text.Json.Nodes;
using KubeWol.TestBed;

namespace KubeWol.EndToEnd.Rights;

/// <summary>The smallest thing that a chart grants: one verb on one resource, in one namespace or (null) in all, for one name or (null) for all.</summary>
public sealed record GrantedRule(string User, string Role, string? Namespace, string Group, string Resource, string Verb, string? Name)
{
    public bool Covers(Decision decision) => decision.User == User && decision.Verb == Verb && decision.Group == Group && decision.FullResource == Resource
        && (Namespace is null || Namespace == decision.Namespace) && (Name is null || Name == decision.Name);

    public override string ToString() =>
        $"{Role}: {Verb} {Resource}{(Group.Length == 0 ? "" : $".{Group}")}{(Name is null ? "" : $" {Name}")} in {Namespace ?? "all namespaces"}";

    /// <summary>Every rule that the chart's bindings give to its service accounts, one by one.</summary>
    public static IReadOnlyList<GrantedRule> Of(RenderedChart chart) =>
    [
        .. from binding in chart.Manifests
           where (string?)binding["kind"] is "RoleBinding" or "ClusterRoleBinding"
           from subject in Objects(binding["subjects"])
           let role = chart.Find((string)binding["roleRef"]!["kind"]!, (string)binding["roleRef"]!["name"]!)
           from rule in Objects(role["rules"])
           from @group in Strings(rule["apiGroups"])
           from resource in Strings(rule["resources"])
           from verb in Strings(rule["verbs"])
           from name in rule["resourceNames"] is { } names ? Strings(names) : [null!]
           select new GrantedRule(
               $"system:serviceaccount:{subject["namespace"]}:{subject["name"]}", $"{role["kind"]} {role["metadata"]!["name"]}",
               (string?)binding["metadata"]!["namespace"], @group, resource, verb, name),
    ];

    private static IEnumerable<JsonNode> Objects(JsonNode? list) => list?.AsArray().Select(item => item!) ?? [];

    private static IEnumerable<string> Strings(JsonNode? list) => list?.AsArray().Select(item => (string)item!) ?? [];
}
