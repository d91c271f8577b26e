using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Templates;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Templates;

public sealed class TemplateFinderTests
{
    [Fact]
    public void The_template_that_claims_the_address_makes_the_machine()
    {
        var (claim, wanted) = Find(Some.Request(), new(), Claims.Template(), Claims.Template("team-a/other", prefix: "52:54:01"));
        Assert.Equal(new Claim(1), claim);
        Assert.Equal(("small", "small-525400123456"), (wanted!.Template.Metadata.Name, wanted.Name));
    }

    [Fact]
    public void A_request_of_a_tenant_does_not_reach_the_templates_of_others() => Assert.Equal(
        new Claim(0, Words: $"no WakeTemplate in namespace team-a claims the MAC address {Some.Mac}"), Find(Some.Request(), new(), Claims.Template("team-b/small")).Claim);

    [Fact]
    public void A_request_of_an_agent_reaches_the_templates_of_all() => Assert.Equal("team-b", Find(Some.Heard(), new(), Claims.Template("team-b/small")).Wanted!.Template.Metadata.Namespace);

    [Fact]
    public void Two_that_claim_the_address_are_used_neither()
    {
        var (claim, wanted) = Find(Some.Heard(), new(), Claims.Template(), Claims.Template("team-b/big", prefix: "52:54"));
        Assert.Equal(new Claim(2, Words: $"2 WakeTemplates claim the MAC address {Some.Mac}: team-a/small, team-b/big; none was used. Let one alone claim it"), claim);
        Assert.Null(wanted);
    }

    [Fact]
    public void A_template_that_is_named_need_not_claim_the_address()
    {
        var named = new InstantiateSettings { Template = "other" };
        Assert.Equal("other", Find(Some.Request(), named, Claims.Template(), Claims.Template("team-a/other", prefix: "02")).Wanted!.Template.Metadata.Name);
    }

    [Fact]
    public void Only_a_template_of_the_requests_own_namespace_can_be_named() => Assert.Equal(
        new Claim(0, Words: $"there is no WakeTemplate {Some.Agents}/small"), Find(Some.Request($"{Some.Agents}/by-hand"), new() { Template = "small" }, Claims.Template()).Claim);

    [Theory]
    [InlineData("small", 1)]
    [InlineData("large", 0)]
    public void A_frame_names_one_of_the_templates_that_claim_the_address_wherever_they_are(string name, int found) =>
        Assert.Equal(found, Find(Some.Heard(), new() { Template = name }, Claims.Template()).Claim.Templates);

    [Fact]
    public void Parameters_that_do_not_fit_are_told()
    {
        var (claim, wanted) = Find(Some.Request(), new() { Parameters = new Dictionary<string, string> { ["size"] = "2" } }, Claims.Template());
        Assert.Equal(new Claim(1, WakeReason.InvalidParameters, "WakeTemplate team-a/small: it has no parameter \"size\"; it has none"), claim);
        Assert.Null(wanted);
    }

    private static (Claim Claim, Instantiation? Wanted) Find(WakeRequest request, InstantiateSettings settings, params WakeTemplate[] templates)
    {
        var cache = new ResourceCache<WakeTemplate>();
        foreach (var template in templates) cache.Set(template);
        return new TemplateFinder(cache, Some.Options).Find(request, settings);
    }
}
