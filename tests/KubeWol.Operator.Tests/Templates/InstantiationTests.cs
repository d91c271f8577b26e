using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Templates;
using KubeWol.Operator.Tests.World;
using KubeWol.Protocol;

namespace KubeWol.Operator.Tests.Templates;

public sealed class InstantiationTests
{
    private static readonly MacAddress Address = MacAddress.Parse(Some.Mac);

    [Fact]
    public void The_name_is_the_templates_and_the_addresss_digits() => Assert.Equal("small-525400123456", Wanted(Claims.Template()).Name);

    [Fact]
    public void A_name_pattern_may_use_parameters() => Assert.Equal(
        "web-525400123456-2",
        Wanted(Claims.Template(name: "$(role)-$(macHex)-$(size)", parameters: [Text("role"), new() { Name = "size", Type = ParameterType.Integer, Default = "2" }]), ("role", "web")).Name);

    [Theory]
    [InlineData("Web")]
    [InlineData("web_1")]
    [InlineData("-web")]
    [InlineData("web.")]
    [InlineData("")]
    [InlineData("wéb")]
    [InlineData("web\n")]
    public void A_name_that_KubeVirt_would_not_take_is_the_parameters_fault(string role)
    {
        var (_, problem, words) = Instantiation.Of(Claims.Template(name: "$(role)", parameters: [Text("role")]), Address, new Dictionary<string, string> { ["role"] = role });
        Assert.Equal(WakeReason.InvalidParameters, problem);
        Assert.Equal(
            $"WakeTemplate team-a/small would call the machine \"{role}\": a machine's name is made of at most 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit",
            words);
    }

    [Theory]
    [InlineData(63, null)]
    [InlineData(64, WakeReason.InvalidParameters)]
    public void A_name_has_63_characters_at_the_most(int length, WakeReason? expected) => Assert.Equal(
        expected, Instantiation.Of(Claims.Template(name: "$(role)", parameters: [Text("role")]), Address, new Dictionary<string, string> { ["role"] = new('a', length) }).Problem);

    [Fact]
    public void The_machine_carries_the_address_and_the_marks()
    {
        var template = Claims.Template();
        template = template with
        {
            Spec = template.Spec with
            {
                Labels = new Dictionary<string, string> { ["team"] = "a", ["kubewol.io/template"] = "another" },
                VirtualMachine = template.Spec.VirtualMachine! with
                {
                    Metadata = new()
                    {
                        Labels = new Dictionary<string, string> { ["mac"] = "$(macHex)", ["team"] = "b" },
                        Annotations = new Dictionary<string, string> { ["about"] = "$(mac)" },
                    },
                },
            },
        };
        Assert.Equal("""
            {
              "apiVersion": "kubevirt.io/v1",
              "kind": "VirtualMachine",
              "metadata": {
                "name": "small-525400123456",
                "namespace": "team-a",
                "labels": {
                  "mac": "525400123456",
                  "team": "a",
                  "kubewol.io/template": "small",
                  "app.kubernetes.io/managed-by": "kubewol"
                },
                "annotations": {
                  "about": "52:54:00:12:34:56",
                  "kubewol.io/created-by": "uid-1"
                }
              },
              "spec": {
                "runStrategy": "Halted",
                "template": {
                  "spec": {
                    "domain": {
                      "devices": {
                        "interfaces": [
                          {
                            "name": "lan",
                            "bridge": {},
                            "macAddress": "52:54:00:12:34:56"
                          },
                          {
                            "name": "san",
                            "bridge": {}
                          }
                        ]
                      }
                    }
                  }
                }
              }
            }
            """, MachineDocument.Inline(Wanted(template), "uid-1").ToJsonString(new() { WriteIndented = true, NewLine = "\n" }));
    }

    [Fact]
    public void The_interface_named_gets_the_address()
    {
        var template = Claims.Template();
        template = template with { Spec = template.Spec with { Interface = "san" } };
        var interfaces = MachineDocument.Inline(Wanted(template), "uid-1")["spec"]!["template"]!["spec"]!["domain"]!["devices"]!["interfaces"]!;
        Assert.Equal([null, Some.Mac], interfaces.AsArray().Select(i => (string?)i!["macAddress"]));
    }

    [Fact]
    public void A_machine_is_made_the_same_each_time() => Assert.True(JsonNode.DeepEquals(
        MachineDocument.Inline(Wanted(Claims.Template()), "uid-1"), MachineDocument.Inline(Wanted(Claims.Template()), "uid-1")));

    public static TheoryData<string, WakeTemplate, TemplateReason, string> Unusable => new()
    {
        {
            "no interface", Claims.Template(spec: """{"template":{"spec":{"domain":{"devices":{}}}}}"""), TemplateReason.NoInterface,
            "its machine has no network interface that could be given the address; add one at spec.template.spec.domain.devices.interfaces"
        },
        {
            "no template", Claims.Template(spec: "{}"), TemplateReason.NoInterface,
            "its machine has no network interface that could be given the address; add one at spec.template.spec.domain.devices.interfaces"
        },
        { "another interface", Interface(Claims.Template(), "wan"), TemplateReason.NoInterface, "its machine has no network interface wan (it has lan, san)" },
        {
            "an undeclared name", Claims.Template(spec: """{"a":{"b":["x","$(size)"]}}"""), TemplateReason.UnknownPlaceholder,
            "virtualMachine.spec.a.b[1] contains $(size), which is not one of its parameters; declare it, or write $$(size) if it is to stay as it is"
        },
        {
            "a shell's substitution", Claims.Template(spec: """{"a":"$(date +%s)"}"""), TemplateReason.UnknownPlaceholder,
            "virtualMachine.spec.a contains a $( that begins no placeholder; write $$( where it is to stay as it is"
        },
        {
            "a placeholder without end", Claims.Template(name: "web-$(macHex"), TemplateReason.UnknownPlaceholder,
            "nameTemplate contains a $( that begins no placeholder; write $$( where it is to stay as it is"
        },
        {
            "a name that can never be", Claims.Template(name: "Web-$(macHex)"), TemplateReason.InvalidName,
            "a machine would be called \"Web-020000000001\", and a machine's name is made of at most 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit; set nameTemplate"
        },
        {
            "a bad default", Claims.Template(parameters: [new() { Name = "size", Type = ParameterType.Integer, Default = "big" }]), TemplateReason.InvalidParameter,
            "the default of parameter size is not a whole number: \"big\""
        },
        {
            "a newer kind of source", Claims.Template() with { Spec = new() { MacAddresses = new() { Prefixes = ["52"] } } }, TemplateReason.Unsupported,
            "this version of KubeWol does not know what its machines are made from"
        },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public void A_template_that_can_never_be_used_says_why(string what, WakeTemplate template, TemplateReason reason, string words)
    {
        Assert.NotEmpty(what);
        Assert.Equal(new TemplateProblem(reason, words), TemplateCheck.Problem(template));
        var (wanted, problem, sentence) = Instantiation.Of(template, Address, new Dictionary<string, string>());
        Assert.Equal((null, WakeReason.TemplateNotUsable, $"WakeTemplate team-a/small cannot be used: {words}"), (wanted, problem, sentence));
    }

    [Fact]
    public void A_processed_machine_keeps_its_labels_and_spec_and_nothing_else()
    {
        var processed = Claims.Json("""
            {"apiVersion":"kubevirt.io/v1","metadata":{"name":"evil","namespace":"kube-system","uid":"x","finalizers":["stay"],"ownerReferences":[{}],
             "labels":{"os":"linux"},"annotations":{"a":"b"}},"spec":{"template":{"spec":{"domain":{"devices":{"interfaces":[{"name":"n"}]}}}}},"status":{"ready":true}}
            """);
        var (machine, problem) = MachineDocument.Processed(Wanted(Claims.Template()), processed, "uid-1");
        Assert.Null(problem);
        Assert.Equal(["apiVersion", "kind", "metadata", "spec"], machine!.Select(p => p.Key));
        Assert.Equal(["name", "namespace", "labels", "annotations"], machine!["metadata"]!.AsObject().Select(p => p.Key));
        Assert.Equal(("small-525400123456", "team-a", "linux", "b"), ((string?)machine["metadata"]!["name"], (string?)machine["metadata"]!["namespace"],
            (string?)machine["metadata"]!["labels"]!["os"], (string?)machine["metadata"]!["annotations"]!["a"]));
        Assert.Equal(Some.Mac, (string?)machine["spec"]!["template"]!["spec"]!["domain"]!["devices"]!["interfaces"]![0]!["macAddress"]);
    }

    [Theory]
    [InlineData("null", "it makes no machine")]
    [InlineData("{}", "it makes no machine")]
    [InlineData("""{"spec":{}}""", "its machine has no network interface that could be given the address; add one at spec.template.spec.domain.devices.interfaces")]
    public void What_a_machine_template_makes_may_be_no_use(string processed, string words) =>
        Assert.Equal((null, words), MachineDocument.Processed(Wanted(Claims.Template()), Claims.Json(processed), "uid-1"));

    private static Instantiation Wanted(WakeTemplate template, params (string Name, string Text)[] parameters)
    {
        var (wanted, _, words) = Instantiation.Of(template, Address, parameters.ToDictionary(p => p.Name, p => p.Text));
        return wanted ?? throw new InvalidOperationException(words);
    }

    private static WakeTemplate Interface(WakeTemplate template, string name) => template with { Spec = template.Spec with { Interface = name } };

    private static TemplateParameter Text(string name) => new() { Name = name };
}
