namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>CustomResourceDefinitions and their objects.</summary>
public sealed class CustomResourceTests(SharedCluster cluster)
{
    private static int s_groups;

    [Fact]
    public async Task Defaults_are_filled_in_and_columns_are_printed()
    {
        var (ns, group) = await DefineWidgetsAsync();
        await cluster.ApplyAsync(Widget(group, ns, "{color: red}"));

        Assert.Equal("3", await cluster.KubectlAsync($"get widget.{group} w -n {ns} -o jsonpath={{.spec.num}}"));
        Assert.Matches(@"NAME +COLOR\s+w +red", await cluster.KubectlAsync($"get widgets.{group} -n {ns}"));
    }

    [Theory]
    [InlineData("{num: 11, color: red}", "number too big")]
    [InlineData("{color: pink}", "Unsupported value: \"pink\": supported values: \"red\", \"blue\"")]
    [InlineData("{num: three, color: red}", "must be of type integer")]
    [InlineData("{colour: red}", "unknown field \"spec.colour\"")]
    public async Task What_breaks_the_schema_is_refused_with_its_message(string spec, string message)
    {
        var (ns, group) = await DefineWidgetsAsync();

        Assert.Contains(message, (await cluster.TryAsync("apply -f -", Widget(group, ns, spec))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transition_rule_compares_with_the_old_object()
    {
        var (ns, group) = await DefineWidgetsAsync();
        await cluster.ApplyAsync(Widget(group, ns, "{color: red}"));

        Assert.Contains("color is immutable", (await cluster.TryAsync("apply -f -", Widget(group, ns, "{color: blue}"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Selectable_fields_select()
    {
        var (ns, group) = await DefineWidgetsAsync();
        await cluster.ApplyAsync(Widget(group, ns, "{color: red}"));

        Assert.Equal($"widget.{group}/w", (await cluster.KubectlAsync($"get widgets.{group} -n {ns} --field-selector spec.color=red -o name")).Trim());
        Assert.Empty(await cluster.KubectlAsync($"get widgets.{group} -n {ns} --field-selector spec.color=blue -o name"));
    }

    [Fact]
    public async Task The_scale_subresource_scales()
    {
        var (ns, group) = await DefineWidgetsAsync();
        await cluster.ApplyAsync(Widget(group, ns, "{color: red}"));

        await cluster.KubectlAsync($"scale widget.{group}/w -n {ns} --replicas=4");

        Assert.Equal("4", await cluster.KubectlAsync($"get widget.{group} w -n {ns} -o jsonpath={{.spec.num}}"));
    }

    [Fact]
    public async Task Server_side_apply_writes_spec_and_status_apart()
    {
        var (ns, group) = await DefineWidgetsAsync();
        var manifest = Widget(group, ns, "{color: red}") + "status: {num: 8}\n";
        const string Numbers = "-o jsonpath={.spec.color}/{.status.num}";

        Assert.Equal("red/", await cluster.KubectlAsync($"apply --server-side -f - {Numbers}", manifest));
        Assert.Equal("red/8", await cluster.KubectlAsync($"apply --server-side --subresource=status --field-manager=s -f - {Numbers}", manifest));
    }

    [Fact]
    public async Task Explain_tells_what_the_schema_says()
    {
        var (_, group) = await DefineWidgetsAsync();

        Assert.Contains("How it looks.", await cluster.KubectlAsync($"explain widgets.{group}.spec.color"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_its_definition_a_kind_goes_away()
    {
        var (ns, group) = await DefineWidgetsAsync();
        await cluster.ApplyAsync(Widget(group, ns, "{color: red}"));

        await cluster.KubectlAsync($"delete crd widgets.{group} --timeout=20s");

        Assert.Contains("the server doesn't have a resource type", (await cluster.TryAsync($"get widgets.{group}")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schemas_are_served_as_OpenAPI_2_and_3()
    {
        var (_, group) = await DefineWidgetsAsync();
        foreach (var path in new[] { "openapi/v2", "openapi/v3" })
        {
            await Eventually.BecomesTrueAsync(
                $"{path} has the new group",
                async () => (await cluster.Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken)).Contains($"apis/{group}/v1", StringComparison.Ordinal),
                TestContext.Current.CancellationToken);
        }
    }

    private static string Widget(string group, string ns, string spec) => $$"""
        apiVersion: {{group}}/v1
        kind: Widget
        metadata: {name: w, namespace: {{ns}}}
        spec: {{spec}}

        """;

    private async Task<(string Namespace, string Group)> DefineWidgetsAsync()
    {
        var group = $"g{Interlocked.Increment(ref s_groups)}.example";
        await cluster.ApplyAsync($$"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: widgets.{{group}}}
            spec:
              group: {{group}}
              scope: Namespaced
              names: {plural: widgets, singular: widget, kind: Widget}
              versions:
              - name: v1
                served: true
                storage: true
                subresources: {status: {}, scale: {specReplicasPath: .spec.num, statusReplicasPath: .status.num} }
                selectableFields: [{jsonPath: .spec.color}]
                additionalPrinterColumns: [{name: Color, type: string, jsonPath: .spec.color}]
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec:
                        type: object
                        x-kubernetes-validations:
                        - {rule: "self.num <= 10", message: number too big}
                        - {rule: "self.color == oldSelf.color", message: color is immutable}
                        properties:
                          num: {type: integer, default: 3}
                          color: {type: string, enum: [red, blue], description: How it looks.}
                      status: {type: object, properties: {num: {type: integer} } }
            """);
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync($"wait --for=condition=established crd/widgets.{group} --timeout=20s");
        // Established is said a moment before the kind is in the discovery documents.
        await Eventually.BecomesTrueAsync("the new kind is served", async () => (await cluster.TryAsync($"get widgets.{group} -n {ns}")).Succeeded, TestContext.Current.CancellationToken);
        return (ns, group);
    }
}
