using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Templates;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.Operator.Tests.Templates.Genuine;

public sealed class TemplateTests(TemplateBed bed) : IClassFixture<TemplateBed>
{
    private const string Machine = """
        virtualMachine:
          spec:
            runStrategy: Halted
            template:
              spec:
                terminationGracePeriodSeconds: 0
                domain:
                  devices: {interfaces: [{name: default, masquerade: {} }]}
                networks: [{name: default, pod: {}}]
        """;

    [Fact]
    public async Task Two_calls_for_one_address_make_one_machine()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.TemplateAsync(ns, "small", $"macAddresses: {{prefixes: ['{prefix}']}}\n{Machine}");
        var asked = await Task.WhenAll(
            bed.AskAsync(Installation.Namespace, $"{prefix}:00:00:01"), bed.AskAsync(Installation.Namespace, $"{prefix}:00:00:01".ToUpperInvariant().Replace(':', '-')));

        Assert.All(asked, r => Assert.Equal(WakePhase.Succeeded, r.Status!.Phase));
        var maker = Assert.Single(asked, r => r.Status!.Created == true);
        Assert.Equal(WakeReason.Instantiated, maker.Status!.Reason);
        var machine = Assert.Single(await bed.ListAsync(ns, "vm"));
        var hex = $"{prefix}000001".Replace(":", "", StringComparison.Ordinal);
        Assert.Equal($"small-{hex}", (string?)machine["metadata"]!["name"]);
        Assert.Equal($"{prefix}:00:00:01", (string?)machine["spec"]!["template"]!["spec"]!["domain"]!["devices"]!["interfaces"]![0]!["macAddress"]);
        Assert.Equal(("kubewol", "small"), ((string?)machine["metadata"]!["labels"]!["app.kubernetes.io/managed-by"], (string?)machine["metadata"]!["labels"]!["kubewol.io/template"]));
        Assert.Equal(maker.Metadata.Uid, (string?)machine["metadata"]!["annotations"]!["kubewol.io/created-by"]);
        Assert.Null(machine["metadata"]!["ownerReferences"]);
        Assert.Equal((ns, $"small-{hex}", (string?)machine["metadata"]!["uid"]),
            (maker.Status.VirtualMachine!.Namespace, maker.Status.VirtualMachine.Name, maker.Status.VirtualMachine.Uid));

        var template = await bed.TemplateBecomesAsync(ns, "small", "told of its machine", t => t.Status!.Instances == 1);
        Assert.Equal(new TemplateInstance { Name = $"small-{hex}", MacAddress = $"{prefix}:00:00:01" }, Assert.Single(template.Status!.Machines!));
        Assert.Equal("True Usable: machines can be made from it", TemplateBed.Line(template, "Ready"));

        // Who deletes a template keeps the machines.
        await bed.KubectlAsync("delete", "waketemplate", "small", "-n", ns);
        Assert.Equal(WakeReason.AlreadyActive, (await bed.AskAsync(ns, $"{prefix}:00:00:01")).Status!.Reason);
    }

    [Fact]
    public async Task No_more_machines_are_made_than_may_be_however_many_are_asked_for_at_once()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.TemplateAsync(ns, "few", $"macAddresses: {{prefixes: ['{prefix}']}}\nmaxInstances: 3\n{Machine}");
        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => bed.AskAsync(Installation.Namespace, $"{prefix}:00:00:{i:x2}")));

        Assert.Equal(3, asked.Count(r => r.Status!.Reason == WakeReason.Instantiated));
        Assert.Equal(17, asked.Count(r => r.Status!.Reason == WakeReason.TooManyInstances));
        Assert.Equal($"WakeTemplate {ns}/few has 3 machines and may have 3; delete one, or raise maxInstances", asked.First(r => r.Status!.Reason == WakeReason.TooManyInstances).Status!.Message);
        Assert.Equal(3, (await bed.ListAsync(ns, "vm")).Count);
    }

    [Fact]
    public async Task Parameters_arrive_with_their_types()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.TemplateAsync(ns, "sized", $$$"""
            macAddresses: {prefixes: ['{{{prefix}}}']}
            nameTemplate: $(role)-$(macHex)
            labels: {made: here}
            parameters:
              - {name: role, pattern: '[a-z]+', default: any}
              - {name: cores, type: Integer, default: "1", maximum: "4"}
              - {name: memory, type: Quantity, default: 64Mi}
            virtualMachine:
              metadata: {labels: {role: $(role) }, annotations: {script: '$$(hostname) $(role)'} }
              spec:
                runStrategy: Manual
                template:
                  spec:
                    terminationGracePeriodSeconds: 0
                    domain:
                      cpu: {cores: $(cores)}
                      memory: {guest: $(memory)}
                      devices: {interfaces: [{name: default, masquerade: {} }]}
                    networks: [{name: default, pod: {}}]
            """);
        var settings = new InstantiateSettings { Parameters = new Dictionary<string, string> { ["role"] = "web", ["cores"] = "2" } };
        var made = await bed.AskAsync(ns, $"{prefix}:00:00:01", WakeAction.Instantiate, settings);
        Assert.Equal((WakePhase.Succeeded, WakeReason.Instantiated), (made.Status!.Phase, made.Status.Reason));

        var machine = Assert.Single(await bed.ListAsync(ns, "vm"));
        var domain = machine["spec"]!["template"]!["spec"]!["domain"]!;
        Assert.Equal("""{"cores":2}""", domain["cpu"]!.ToJsonString());
        Assert.Equal("""{"guest":"64Mi"}""", domain["memory"]!.ToJsonString());
        Assert.Equal(("web", "here", "$(hostname) web"), ((string?)machine["metadata"]!["labels"]!["role"], (string?)machine["metadata"]!["labels"]!["made"],
            (string?)machine["metadata"]!["annotations"]!["script"]));
        Assert.Equal("Manual", (string?)machine["spec"]!["runStrategy"]);

        var refused = await bed.AskAsync(ns, $"{prefix}:00:00:02", WakeAction.Instantiate, new() { Parameters = new Dictionary<string, string> { ["cores"] = "8" } });
        Assert.Equal((WakeReason.InvalidParameters, $"WakeTemplate {ns}/sized: parameter cores is more than 4: \"8\""), (refused.Status!.Reason, refused.Status.Message));
    }

    [Fact]
    public async Task Overlapping_claims_are_told_on_both_and_used_by_neither()
    {
        var (ns, prefix) = await bed.NewAsync();
        var (other, _) = await bed.NewAsync();
        await bed.TemplateAsync(ns, "wide", $"macAddresses: {{prefixes: ['{prefix}']}}\n{Machine}");
        await bed.TemplateAsync(other, "narrow", $"macAddresses: {{ranges: [{{from: '{prefix}:00:00:10', to: '{prefix}:00:00:1f'}}]}}\n{Machine}");
        var wide = await bed.TemplateBecomesAsync(ns, "wide", "overlapping", t => TemplateBed.Line(t, "Overlapping").StartsWith("True", StringComparison.Ordinal));
        var narrow = await bed.TemplateBecomesAsync(other, "narrow", "overlapping", t => TemplateBed.Line(t, "Overlapping").StartsWith("True", StringComparison.Ordinal));
        Assert.Equal($"True ClaimsOverlap: {other}/narrow claims some of its addresses, too; for those none is used", TemplateBed.Line(wide, "Overlapping"));
        Assert.Equal($"True ClaimsOverlap: {ns}/wide claims some of its addresses, too; for those none is used", TemplateBed.Line(narrow, "Overlapping"));

        var refused = await bed.AskAsync(Installation.Namespace, $"{prefix}:00:00:11");
        Assert.Equal((WakeReason.AmbiguousTemplate, $"2 WakeTemplates claim the MAC address {prefix}:00:00:11: {ns}/wide, {other}/narrow; none was used. Let one alone claim it"),
            (refused.Status!.Reason, refused.Status.Message));
        Assert.Equal(WakeReason.Instantiated, (await bed.AskAsync(Installation.Namespace, $"{prefix}:00:00:20")).Status!.Reason);

        await bed.KubectlAsync("delete", "waketemplate", "narrow", "-n", other);
        wide = await bed.TemplateBecomesAsync(ns, "wide", "alone", t => TemplateBed.Line(t, "Overlapping").StartsWith("False", StringComparison.Ordinal));
        Assert.Equal("False NoOverlap: no other template claims any of its addresses", TemplateBed.Line(wide, "Overlapping"));
        Assert.Equal(WakeReason.Instantiated, (await bed.AskAsync(Installation.Namespace, $"{prefix}:00:00:11")).Status!.Reason);
    }

    [Fact]
    public async Task What_KubeVirt_refuses_is_told_in_its_words_and_leaves_nothing_behind()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.TemplateAsync(ns, "bad", $"macAddresses: {{prefixes: ['{prefix}']}}\n{Machine.Replace("networks: [{name: default, pod: {}}]", "networks: []", StringComparison.Ordinal)}");
        var refused = await bed.AskAsync(Installation.Namespace, $"{prefix}:00:00:01");
        Assert.Equal(WakeReason.Refused, refused.Status!.Reason);
        Assert.StartsWith($"KubeVirt refuses to create the machine with the MAC address {prefix}:00:00:01; it says: admission webhook", refused.Status.Message, StringComparison.Ordinal);
        Assert.Contains("Masquerade interface only implemented with pod network", refused.Status.Message, StringComparison.Ordinal);
        Assert.Empty(await bed.ListAsync(ns, "vm"));
    }

    [Fact]
    public async Task A_template_without_an_interface_is_not_guessed_at()
    {
        var (ns, prefix) = await bed.NewAsync();
        const string Words = "its machine has no network interface that could be given the address; add one at spec.template.spec.domain.devices.interfaces";
        var template = await bed.TemplateAsync(ns, "bare", $$"""
            macAddresses: {prefixes: ['{{prefix}}']}
            virtualMachine: {spec: {runStrategy: Always, template: {spec: {domain: {devices: {} } } } } }
            """);
        Assert.Equal($"False NoInterface: {Words}", TemplateBed.Line(template, "Ready"));
        var refused = await bed.AskAsync(Installation.Namespace, $"{prefix}:00:00:01");
        Assert.Equal((WakeReason.TemplateNotUsable, $"WakeTemplate {ns}/bare cannot be used: {Words}"), (refused.Status!.Reason, refused.Status.Message));
    }

    [Fact]
    public async Task A_name_that_somebody_else_has_is_left_to_them()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.ApplyAsync(new MachineManifest(ns, "taken").ToString());
        await bed.TemplateAsync(ns, "greedy", $"macAddresses: {{prefixes: ['{prefix}']}}\nnameTemplate: taken\n{Machine}");
        var refused = await bed.AskAsync(ns, $"{prefix}:00:00:01");
        Assert.Equal(
            (WakeReason.TemplateNotUsable,
                $"WakeTemplate {ns}/greedy cannot be used: the name {ns}/taken is taken by a VirtualMachine that it did not make for this address; delete that, or set nameTemplate"),
            (refused.Status!.Reason, refused.Status.Message));
        Assert.Null(Assert.Single(await bed.ListAsync(ns, "vm"))["spec"]!["template"]!["spec"]!["domain"]!["devices"]!["interfaces"]![0]!["macAddress"]);
    }

    [Fact]
    public async Task Without_a_template_an_instantiate_says_so()
    {
        var (ns, prefix) = await bed.NewAsync();
        var refused = await bed.AskAsync(ns, $"{prefix}:00:00:01", WakeAction.Instantiate);
        Assert.Equal((WakeReason.TemplateNotUsable, $"no WakeTemplate in namespace {ns} claims the MAC address {prefix}:00:00:01"), (refused.Status!.Reason, refused.Status.Message));
        refused = await bed.AskAsync(ns, $"{prefix}:00:00:01", WakeAction.Instantiate, new() { Template = "nowhere" });
        Assert.Equal((WakeReason.TemplateNotUsable, $"there is no WakeTemplate {ns}/nowhere"), (refused.Status!.Reason, refused.Status.Message));
    }

    [Fact]
    public async Task A_cluster_without_machine_templates_says_so()
    {
        var (ns, prefix) = await bed.NewAsync();
        var template = await bed.TemplateAsync(ns, "processed", $"macAddresses: {{prefixes: ['{prefix}']}}\nvirtualMachineTemplate: {{name: fedora}}");
        Assert.Equal("False NotServed: this cluster does not have the API template.kubevirt.io", TemplateBed.Line(template, "Ready"));
        var refused = await bed.AskAsync(ns, $"{prefix}:00:00:01");
        Assert.Equal((WakeReason.TemplateNotUsable, $"WakeTemplate {ns}/processed cannot be used: this cluster does not have the API template.kubevirt.io"), (refused.Status!.Reason, refused.Status.Message));
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "{macAddresses: {prefixes: ['52']}}", "spec: Invalid value: say what the machines are made from: set exactly one of virtualMachine, clone and virtualMachineTemplate" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, virtualMachine: {spec: {}}}", "set exactly one of virtualMachine, clone and virtualMachineTemplate" },
        { "{macAddresses: {}, clone: {name: a}}", "spec.macAddresses: Invalid value: say which addresses are claimed: set at least one of macAddresses.prefixes and macAddresses.ranges" },
        { "{macAddresses: {prefixes: []}, clone: {name: a}}", "say which addresses are claimed" },
        { "{clone: {name: a}}", "spec.macAddresses: Required value" },
        { "{macAddresses: {prefixes: ['52:54:00:12:34:56']}, clone: {name: a}}", "spec.macAddresses.prefixes[0]: Too long" },
        { "{macAddresses: {prefixes: ['52:5']}, clone: {name: a}}", "a prefix is one to five hexadecimal octets, such as 52:54:00:aa" },
        { "{macAddresses: {prefixes: ['53:54']}, clone: {name: a}}", "an address whose first octet is odd is a multicast address: no machine can have it" },
        { "{macAddresses: {ranges: [{from: '52:54:00:00:00:02', to: '52-54-00-00-00-01'}]}, clone: {name: a}}", "the range ends before it begins: exchange from and to" },
        { "{macAddresses: {ranges: [{from: '52:54:00:00:00:0A', to: 52:54:00:00:00}]}, clone: {name: a}}", "a MAC address is six hexadecimal octets, such as 52:54:00:12:34:56" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a, kind: Pod}}", "Unsupported value: \"Pod\": supported values: \"VirtualMachine\", \"VirtualMachineSnapshot\"" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, maxInstances: 0}", "spec.maxInstances in body should be greater than or equal to 1" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: 1a}]}", "a parameter's name is a letter, then letters, digits, _ and -" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: mac}]}", "mac and macHex are always there: choose another name" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: a}, {name: a}]}", "Duplicate value: {\"name\":\"a\"}" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: a, required: true, default: b}]}", "a required parameter has no use for a default: remove one of the two" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: a, type: Integer}]}", "give the parameter a default, or make it required (only a String can do without: it is empty then)" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: a, type: Integer, required: true, pattern: x}]}", "pattern and maxLength go with type String only" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: a, minimum: '1'}]}", "minimum and maximum go with types Integer and Quantity only" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: a, type: Float, required: true}]}", "Unsupported value: \"Float\"" },
        { "{macAddresses: {prefixes: ['52']}, clone: {name: a}, parameters: [{name: a, type: Integer, default: 1}]}", "spec.parameters[0].default in body must be of type string" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_template_is_refused_in_words(string spec, string words)
    {
        var manifest = $"apiVersion: kubewol.io/v1alpha1\nkind: WakeTemplate\nmetadata: {{name: wrong, namespace: default}}\nspec: {spec}";
        var tried = await bed.TryAsync(manifest, "apply", "--dry-run=server", "-f", "-");
        Assert.False(tried.Succeeded);
        Assert.Contains(words, tried.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_whose_name_would_be_no_label_is_refused()
    {
        var manifest = $"apiVersion: kubewol.io/v1alpha1\nkind: WakeTemplate\nmetadata: {{name: {new string('a', 64)}, namespace: default}}\nspec: {{macAddresses: {{prefixes: ['52']}}, clone: {{name: a}}}}";
        Assert.Contains("it may have at most 63 characters", (await bed.TryAsync(manifest, "apply", "--dry-run=server", "-f", "-")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_create_machines_may_not_write_a_template()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.KubectlAsync("create", "role", "author", "-n", ns, "--verb=get,create,patch", "--resource=waketemplates.kubewol.io");
        await bed.KubectlAsync("create", "rolebinding", "author", "-n", ns, "--role=author", "--user=ann");
        var manifest = $"apiVersion: kubewol.io/v1alpha1\nkind: WakeTemplate\nmetadata: {{name: mine, namespace: {ns}}}\nspec: {{macAddresses: {{prefixes: ['{prefix}']}}, clone: {{name: a}}}}";
        var refused = await bed.TryAsync(manifest, "apply", "--as=ann", "-f", "-");
        Assert.Contains($"to write a WakeTemplate you need the right to create virtualmachines (kubevirt.io) in namespace {ns}", refused.Error, StringComparison.Ordinal);

        await bed.KubectlAsync("create", "role", "maker", "-n", ns, "--verb=create", "--resource=virtualmachines.kubevirt.io");
        await bed.KubectlAsync("create", "rolebinding", "maker", "-n", ns, "--role=maker", "--user=ann");
        await Eventually.BecomesTrueAsync(
            "the right to clone is asked for",
            async () => (await bed.TryAsync(manifest, "apply", "--as=ann", "-f", "-")).Error.Contains($"you need the right to create virtualmachineclones (clone.kubevirt.io) in namespace {ns}", StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Kubectl_shows_what_matters()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.TemplateAsync(ns, "shown", $"macAddresses: {{prefixes: ['{prefix}']}}\n{Machine}");
        var lines = (await bed.KubectlAsync("get", "wtpl", "-n", ns)).Split('\n');
        Assert.Equal(["NAME", "READY", "REASON", "INSTANCES", "MAX", "OVERLAPPING", "AGE"], lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["shown", "True", "Usable", "0", "10", "False"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..6]);
        Assert.Contains("waketemplate.kubewol.io/shown", await bed.KubectlAsync("get", "kubewol", "-n", ns, "-o", "name"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("waketemplate-inline")]
    [InlineData("waketemplate-clone")]
    [InlineData("waketemplate-virtualmachinetemplate")]
    public async Task The_samples_are_what_they_should_be(string sample)
    {
        var answer = await bed.KubectlAsync("apply", "--dry-run=server", "-o", "json", "-f", Path.Combine(AppContext.BaseDirectory, "samples", $"{sample}.yaml"));
        var template = System.Text.Json.JsonSerializer.Deserialize(answer, Api.ApiJson.Default.WakeTemplate)!;
        Assert.Null(TemplateCheck.Problem(template));
        Assert.Null(Instantiation.Of(template, Protocol.MacAddress.Parse("52:54:00:00:00:01"), new Dictionary<string, string>()).Words);
    }

    /// <summary>Nothing of a template is lost on its way through the API server.</summary>
    [Fact]
    public async Task The_machine_in_a_template_is_kept_as_it_is()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.TemplateAsync(ns, "kept", $"macAddresses: {{prefixes: ['{prefix}']}}\nvirtualMachine: {{spec: {{anything: [1, 2.5, true, null, {{deep: 'x'}}]}}}}");
        var stored = JsonNode.Parse(await bed.KubectlAsync("get", "wtpl", "kept", "-n", ns, "-o", "json"))!;
        Assert.Equal("""{"anything":[1,2.5,true,null,{"deep":"x"}]}""", stored["spec"]!["virtualMachine"]!["spec"]!.ToJsonString());
        await bed.TemplateBecomesAsync(ns, "kept", "judged", t => TemplateBed.Line(t, "Ready").StartsWith("False NoInterface", StringComparison.Ordinal));
    }
}
