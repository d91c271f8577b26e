using System.Text.Json.Nodes;
using KubeWol.Chart.Tests.Rendering;

namespace KubeWol.Chart.Tests.Values;

/// <summary>values.schema.json: a typo is refused, with words that lead to it.</summary>
public sealed class SchemaTests(Renderer renderer) : IClassFixture<Renderer>
{
    /// <summary>Allowed to stand in the values of every chart that is part of another.</summary>
    private static readonly string[] OfHelm = ["enabled", "global"];

    [Theory]
    [InlineData("operater.replicas=3", "additional properties 'operater' not allowed")]
    [InlineData("operator.replica=3", "at '/operator': additional properties 'replica' not allowed")]
    [InlineData("operator.replicas=two", "at '/operator/replicas': got string, want integer")]
    [InlineData("operator.replicas=-1", "at '/operator/replicas': minimum: got -1, want 0")]
    [InlineData("operator.verbs.wake=true", "at '/operator/verbs': additional properties 'wake' not allowed")]
    [InlineData("operator.sleepMode=Suspend", "at '/operator/sleepMode': value must be one of 'Pause', 'Stop'")]
    [InlineData("operator.startAs=Once", "at '/operator/startAs': value must be one of 'Always', 'Manual', 'RerunOnFailure'")]
    [InlineData("operator.imageDigest=latest", "at '/operator/imageDigest': 'latest' does not match pattern '^(sha256:")]
    [InlineData("operator.resources.request.cpu=1", "at '/operator/resources': additional properties 'request' not allowed")]
    [InlineData("operator.podDisruptionBudget.maxUnavailable=half", "at '/operator/podDisruptionBudget/maxUnavailable'")]
    [InlineData("operator.affinity.antiAffinity.x=y", "at '/operator/affinity': additional properties 'antiAffinity' not allowed")]
    [InlineData("agent.interface={eth0}", "at '/agent': additional properties 'interface' not allowed")]
    [InlineData("agent.interfaces=eth0", "at '/agent/interfaces': got string, want array")]
    [InlineData("agent.ports=seven", "at '/agent/ports': 'seven' does not match pattern")]
    [InlineData("agent.ports=7", "at '/agent/ports': got number, want string")]
    [InlineData("agent.metricsPort=70000", "at '/agent/metricsPort': maximum: got 70,000, want 65,535")]
    [InlineData("agent.logLevel=info", "at '/agent/logLevel': value must be one of 'Trace', 'Debug', 'Information'")]
    [InlineData("agent.withoutIndex=open", "at '/agent/withoutIndex': value must be one of 'Open', 'Closed'")]
    [InlineData("agent.spool.hostPath=var/lib", "at '/agent/spool/hostPath': 'var/lib' does not match pattern")]
    [InlineData("agent.spool.minutes=1", "at '/agent/spool/minutes': minimum: got 1, want 5")]
    [InlineData("agent.tolerations[0].efect=NoExecute", "at '/agent/tolerations/0': additional properties 'efect' not allowed")]
    [InlineData("agent.nodeSelector.disk=1", "at '/agent/nodeSelector/disk': got number, want string")]
    [InlineData("defaultPolicy.verbs={Wake,Destroy}", "at '/defaultPolicy/verbs/1': value must be one of 'Wake', 'Sleep', 'Move', 'Instantiate'")]
    [InlineData("defaultPolicy.verbs={Wake,Wake}", "at '/defaultPolicy/verbs': items at 0 and 1 are equal")]
    [InlineData("wire.ports.destroy=9", "at '/wire/ports': additional properties 'destroy' not allowed")]
    [InlineData("crds.keep=maybe", "at '/crds/keep': got string, want boolean")]
    [InlineData("image.pullPolicy=Sometimes", "at '/image/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'")]
    [InlineData("imagePullSecrets={name}", "at '/imagePullSecrets/0': got string, want object")]
    [InlineData("networkPolicy.metricsFrom[0].namespace=monitoring", "at '/networkPolicy/metricsFrom/0': additional properties 'namespace' not allowed")]
    [InlineData("monitoring.serviceMonitor.interval=30", "at '/monitoring/serviceMonitor/interval': got number, want string")]
    [InlineData("monitoring.serviceMonitor.interval=often", "at '/monitoring/serviceMonitor/interval': 'often' does not match pattern")]
    [InlineData("monitoring.withoutCrds=ignore", "at '/monitoring/withoutCrds': value must be one of 'Fail', 'Skip', 'Render'")]
    [InlineData("openshift.scc=true", "at '/openshift': additional properties 'scc' not allowed")]
    [InlineData("commonLabels.team=7", "at '/commonLabels/team': got number, want string")]
    public async Task A_value_that_cannot_be_meant_is_refused(string value, string sentence)
    {
        var answer = await renderer.TemplateAsync("--set", value);
        Assert.False(answer.Succeeded);
        Assert.Contains(sentence, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("global.anything=1")]
    [InlineData("enabled=true")]
    [InlineData("agent.maxUnavailable=3")]
    [InlineData("agent.ports=9\\,47998-48010")]
    [InlineData("operator.podDisruptionBudget.maxUnavailable=50%")]
    [InlineData("operator.affinity=null")]
    public async Task A_value_that_can_be_meant_is_taken(string value) => _ = (await renderer.TemplateAsync("--set", value)).Checked;

    [Fact]
    public void Schema_and_values_have_the_same_names()
    {
        var schema = JsonNode.Parse(Repository.Read("charts", "kubewol", "values.schema.json"))!;
        var values = ValuesDocument.Read().Where(v => v.Default is not null).Select(v => v.Path);
        Assert.Equal(values.Order(StringComparer.Ordinal), Names(schema, schema, "").Except(OfHelm).Order(StringComparer.Ordinal));
    }

    /// <summary>Every object says what it may have: without that a typo in it would go unseen.</summary>
    [Fact]
    public void No_object_of_ours_takes_names_that_nobody_knows()
    {
        var schema = JsonNode.Parse(Repository.Read("charts", "kubewol", "values.schema.json"))!;
        Assert.All(Objects(schema), o => Assert.NotNull(o["additionalProperties"]));
    }

    /// <summary>Names that stand for one value: objects with properties of ours are gone into, definitions of Kubernetes' own kinds are not.</summary>
    private static IEnumerable<string> Names(JsonNode schema, JsonNode node, string path)
    {
        if ((string?)node["$ref"] is { } reference)
        {
            node = schema["definitions"]![reference["#/definitions/".Length..]]!;
            if (reference != "#/definitions/monitor") return [path];
        }

        return node["properties"] is JsonObject properties ? properties.SelectMany(p => Names(schema, p.Value!, path.Length == 0 ? p.Key : $"{path}.{p.Key}")) : [path];
    }

    private static IEnumerable<JsonNode> Objects(JsonNode node)
    {
        if (node is JsonArray list) return list.SelectMany(item => Objects(item!));
        if (node is not JsonObject known) return [];
        var below = known.SelectMany(member => member.Value is null ? [] : Objects(member.Value));
        return known["properties"] is JsonObject && known["type"] is JsonValue ? below.Prepend(known) : below;
    }
}
