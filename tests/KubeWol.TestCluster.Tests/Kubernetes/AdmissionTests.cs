using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.TestCluster.ApiServers;
using Microsoft.AspNetCore.Http;

namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>Admission: webhooks and policies.</summary>
public sealed class AdmissionTests(SharedCluster cluster) : IAsyncLifetime
{
    private readonly int _port = LoopbackPorts.Pick();
    private Backend _backend = null!;
    private string _namespace = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _namespace = await cluster.NewNamespaceAsync();
        _backend = await Backend.StartAsync(_port, cluster.Api.Authority, $"hook.{_namespace}.svc", ReviewAsync);
    }

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    [Fact]
    public async Task A_mutating_webhook_is_called_through_its_service()
    {
        await cluster.ApplyAsync($$"""
            apiVersion: v1
            kind: Service
            metadata: {name: hook, namespace: {{_namespace}}}
            spec: {type: ExternalName, externalName: localhost, ports: [{port: {{_port}}}]}
            ---
            {{Configuration("Mutating", $"service: {{namespace: {_namespace}, name: hook, path: /mutate, port: {_port}}}")}}
            """);

        await Eventually.BecomesTrueAsync(
            "the webhook changes objects",
            async () => await cluster.KubectlAsync($"create configmap x -n {_namespace} --dry-run=server -o jsonpath={{.metadata.annotations.mutated}}") == "yes",
            Cancel);
    }

    [Fact]
    public async Task A_validating_webhook_refuses_with_its_own_words()
    {
        await cluster.ApplyAsync(Configuration("Validating", $"url: \"https://127.0.0.1:{_port}/validate\""));

        await Eventually.BecomesTrueAsync(
            "the webhook refuses objects",
            async () => (await cluster.TryAsync($"create configmap bad -n {_namespace} --dry-run=server")).Error.Contains("no bad names here", StringComparison.Ordinal),
            Cancel);
        await cluster.KubectlAsync($"create configmap good -n {_namespace}");
    }

    [Fact]
    public async Task A_policy_refuses_what_its_expression_does_not_allow()
    {
        await cluster.ApplyAsync($$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: {{_namespace}}}
            spec:
              matchConstraints: {resourceRules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [configmaps]}]}
              validations:
              - {expression: "object.metadata.name != 'bad'", message: not by that name}
              - expression: "authorizer.group('').resource('secrets').namespace(object.metadata.namespace).check('get').allowed()"
                message: only for readers of secrets
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: {{_namespace}}}
            spec:
              policyName: {{_namespace}}
              validationActions: [Deny]
              matchResources:
                namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "{{_namespace}}"} }
            """);
        await cluster.KubectlAsync($"create role maker -n {_namespace} --verb=create --resource=configmaps");
        await cluster.KubectlAsync($"create rolebinding maker -n {_namespace} --role=maker --user=mallory");

        await Eventually.BecomesTrueAsync(
            "the policy is in force",
            async () => (await cluster.TryAsync($"create configmap bad -n {_namespace} --dry-run=server")).Error.Contains("not by that name", StringComparison.Ordinal),
            Cancel);
        await cluster.KubectlAsync($"create configmap good -n {_namespace}");
        Assert.Contains(
            "only for readers of secrets",
            (await cluster.TryAsync($"create configmap other -n {_namespace} --as=mallory")).Error,
            StringComparison.Ordinal);
    }

    private static async Task ReviewAsync(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!["request"]!;
        var response = new JsonObject { ["uid"] = request["uid"]!.DeepClone(), ["allowed"] = true };
        if (context.Request.Path == "/mutate")
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("""[{"op":"add","path":"/metadata/annotations","value":{"mutated":"yes"}}]"""));
        }
        else if (request["name"]!.GetValue<string>() == "bad")
        {
            response["allowed"] = false;
            response["status"] = new JsonObject { ["code"] = 403, ["message"] = "no bad names here" };
        }
        await context.Response.WriteAsJsonAsync(
            new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response }, JsonSerializerOptions.Default);
    }

    // Each test has a namespace of its own, and its webhook sees that one only.
    private string Configuration(string kind, string client) => $$"""
        apiVersion: admissionregistration.k8s.io/v1
        kind: {{kind}}WebhookConfiguration
        metadata: {name: {{_namespace}}}
        webhooks:
        - name: hook.test.example
          admissionReviewVersions: [v1]
          sideEffects: None
          clientConfig: {caBundle: {{Convert.ToBase64String(Encoding.ASCII.GetBytes(cluster.Api.Authority.Pem))}}, {{client}}}
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "{{_namespace}}"} }
          rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [configmaps]}]
        """;
}
