using KubeWol.Api.Index;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Templates;
using KubeWol.Protocol;

namespace KubeWol.Operator.Tests.Templates;

public sealed class TemplateClaimsTests
{
    [Theory]
    [InlineData("52", "52:00:00:00:00:00", "52:ff:ff:ff:ff:ff")]
    [InlineData("52:54", "52:54:00:00:00:00", "52:54:ff:ff:ff:ff")]
    [InlineData("52-54-0A", "52:54:0a:00:00:00", "52:54:0a:ff:ff:ff")]
    [InlineData("5254.00aa", "52:54:00:aa:00:00", "52:54:00:aa:ff:ff")]
    [InlineData("525400AABB", "52:54:00:aa:bb:00", "52:54:00:aa:bb:ff")]
    public void A_prefix_is_all_addresses_that_begin_with_it(string prefix, string first, string last)
    {
        var range = Assert.Single(TemplateClaims.Of(new() { Prefixes = [prefix] }));
        Assert.Equal(new MacRange(MacAddress.Parse(first).Bits, MacAddress.Parse(last).Bits), range);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("525")]
    [InlineData("zz:54")]
    [InlineData("")]
    [InlineData("52:54:00:12:34:56")]
    public void What_is_no_prefix_claims_nothing(string prefix) => Assert.Empty(TemplateClaims.Of(new() { Prefixes = [prefix] }));

    [Theory]
    [InlineData("52:54:00:00:00:0f", false)]
    [InlineData("52:54:00:00:00:10", true)]
    [InlineData("52:54:00:00:00:18", true)]
    [InlineData("52:54:00:00:00:20", true)]
    [InlineData("52:54:00:00:00:21", false)]
    public void A_range_includes_both_its_ends(string address, bool claimed) => Assert.Equal(claimed,
        TemplateClaims.Claims(Ranges(("52:54:00:00:00:10", "52-54-00-00-00-20")), MacAddress.Parse(address)));

    [Fact]
    public void A_range_of_one_address_claims_that_one()
    {
        var template = Ranges(("525400000010", "52:54:00:00:00:10"));
        Assert.True(TemplateClaims.Claims(template, MacAddress.Parse("52:54:00:00:00:10")));
        Assert.False(TemplateClaims.Claims(template, MacAddress.Parse("52:54:00:00:00:11")));
    }

    [Fact]
    public void A_range_that_ends_before_it_begins_claims_nothing() =>
        Assert.False(TemplateClaims.Claims(Ranges(("52:54:00:00:00:20", "52:54:00:00:00:10")), MacAddress.Parse("52:54:00:00:00:18")));

    [Theory]
    [InlineData("00:00:00:00:00:00")]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    public void An_address_that_no_machine_can_have_is_claimed_by_nobody(string address) =>
        Assert.False(TemplateClaims.Claims(Ranges(("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")), MacAddress.Parse(address)));

    [Theory]
    [InlineData("52:54:00", "52:54:00:aa", true)]
    [InlineData("52:54:00", "52:54", true)]
    [InlineData("52:54:00", "52:54:01", false)]
    [InlineData("52:54:00:00", "52:54:00:01", false)]
    public void Claims_overlap_where_they_share_an_address(string one, string other, bool overlap)
    {
        Assert.Equal(overlap, TemplateClaims.Overlap(Claims.Template(prefix: one), Claims.Template(prefix: other)));
        Assert.Equal(overlap, TemplateClaims.Overlap(Claims.Template(prefix: other), Claims.Template(prefix: one)));
    }

    [Theory]
    [InlineData("52:54:00:00:00:00", "52:54:00:00:00:ff", "52:54:00:00:00:ff", "52:54:00:00:01:00", true)]
    [InlineData("52:54:00:00:00:00", "52:54:00:00:00:fe", "52:54:00:00:00:ff", "52:54:00:00:01:00", false)]
    public void Ranges_overlap_where_they_touch(string from, string to, string otherFrom, string otherTo, bool overlap) =>
        Assert.Equal(overlap, TemplateClaims.Overlap(Ranges((from, to)), Ranges((otherFrom, otherTo))));

    private static WakeTemplate Ranges(params (string From, string To)[] ranges) =>
        new() { Spec = new() { MacAddresses = new() { Ranges = [.. ranges.Select(r => new AddressRange { From = r.From, To = r.To })] } } };
}
