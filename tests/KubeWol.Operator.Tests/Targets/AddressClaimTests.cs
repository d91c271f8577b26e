using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Targets;

/// <summary>Whose an address is: what a machine has goes before what Harvester keeps for it, and that before what it once had.</summary>
public sealed class AddressClaimTests
{
    private static readonly Claim[] Claims = [Claim.None, Claim.LastSeen, Claim.Harvester, Claim.Live, Claim.Spec];

    private readonly ResourceCache<VirtualMachine> _machines = new();
    private readonly ResourceCache<VirtualMachineInstance> _instances = new();
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private OperatorOptions _options = Some.Options;

    /// <summary>How a machine claims an address, the weakest first.</summary>
    public enum Claim
    {
        None,
        LastSeen,
        Harvester,
        Live,
        Spec,
    }

    public static TheoryData<Claim, Claim> Pairs => [.. from one in Claims from two in Claims select (one, two)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_better_claim_wins_and_equal_ones_are_both_named(Claim one, Claim two)
    {
        Make("team-a/one", one);
        Make("team-b/two", two);

        Assert.Equal(
            (Strength(one) - Strength(two)) switch
            {
                > 0 => ["team-a/one"],
                < 0 => ["team-b/two"],
                _ => one == Claim.None ? [] : ["team-a/one", "team-b/two"],
            },
            Found(Some.Heard()));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_machine_with_two_claims_is_one_machine(Claim one, Claim two)
    {
        Make("team-a/one", one, two);

        Assert.Equal(one == Claim.None && two == Claim.None ? [] : ["team-a/one"], Found(Some.Heard()));
    }

    [Fact]
    public void A_strangers_better_claim_does_not_disturb_a_tenants_request()
    {
        Make("team-a/one", Claim.LastSeen);
        Make("team-b/two", Claim.Spec);

        Assert.Equal(["team-a/one"], Found(Some.Request("team-a/wake")));
        Assert.Equal(["team-b/two"], Found(Some.Heard()));
    }

    [Theory]
    [InlineData(-3600, true)] // the clock was set back
    [InlineData(0, true)]
    [InlineData(30 * 24 * 3600 - 1, true)]
    [InlineData(30 * 24 * 3600, false)]
    [InlineData(30 * 24 * 3600 + 1, false)]
    public void An_address_last_seen_counts_until_the_very_second_it_expires(int seconds, bool counts)
    {
        Make("team-a/one", Claim.LastSeen);
        _time.AdjustTime(Some.Noon.AddSeconds(seconds));

        Assert.Equal(counts ? ["team-a/one"] : [], Found(Some.Heard()));
    }

    [Fact]
    public void An_expired_claim_does_not_make_another_ambiguous()
    {
        _machines.Set(Unfixed("team-a/one").LastSeenBy(Some.Mac, "2026-10-01T00:00:00Z"));
        Make("team-a/two", Claim.LastSeen);

        Assert.Equal(["team-a/two"], Found(Some.Heard()));
    }

    [Fact]
    public void Where_nothing_is_remembered_what_is_noted_does_not_count()
    {
        _options = _options with { RememberMacsFor = TimeSpan.Zero };
        Make("team-a/one", Claim.LastSeen);

        Assert.Empty(Found(Some.Heard()));
    }

    [Fact]
    public void Each_interface_of_a_machine_has_its_own_claim()
    {
        var machine = Some.Vm("team-a/many", macs: ["52-54-00-00-00-01", null, null])
            .Noting(HarvesterAddresses.Annotation, """{"default":"52:54:00:00:00:0f","nic-1":"52:54:00:00:00:02"}""").LastSeenBy("0a:58:0a:00:00:03");
        _machines.Set(machine);

        foreach (var mac in (string[])["52:54:00:00:00:01", "52:54:00:00:00:02", "0a:58:0a:00:00:03"]) Assert.Equal(["team-a/many"], Found(Some.Heard(mac)));
        Assert.Empty(Found(Some.Heard("52:54:00:00:00:0f"))); // noted for an interface that fixes another
    }

    [Theory]
    [InlineData("""{"default":"52:54:00:12:34:56"}""", true)]
    [InlineData("""{"default":"52-54-00-12-34-56","nic-7":5,"nic-8":""}""", true)]
    [InlineData("""{"nic-7":"52:54:00:12:34:56"}""", false)] // no such interface
    [InlineData("""{"default":""}""", false)]
    [InlineData("""{"default":null}""", false)]
    [InlineData("""{"default":["52:54:00:12:34:56"]}""", false)]
    [InlineData("""["52:54:00:12:34:56"]""", false)]
    [InlineData("\"52:54:00:12:34:56\"", false)]
    [InlineData("52:54:00:12:34:56", false)]
    [InlineData("{\"default\":\"\\ud800\"}", false)] // no Unicode
    [InlineData("{\"\\ud800\":\"52:54:00:12:34:56\"}", false)]
    [InlineData("{\"default\":\"52:54:00:12:34:56\"", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void Harvesters_note_counts_for_interfaces_of_that_name_and_damage_counts_for_nothing(string text, bool counts)
    {
        _machines.Set(Unfixed("team-a/one").Noting(HarvesterAddresses.Annotation, text));

        Assert.Equal(counts ? ["team-a/one"] : [], Found(Some.Heard()));
    }

    [Theory]
    [InlineData("""{"52:54:00:12:34:56":"2026-11-22T12:00:00Z"}""", true)]
    [InlineData("""{"52-54-00-12-34-56":"2026-11-22T12:00:00Z","nonsense":"2026-11-22T12:00:00Z","52:54:00:00:00:01":5}""", true)]
    [InlineData("""{"52:54:00:12:34:56":"2020-01-01T00:00:00Z","52-54-00-12-34-56":"2026-11-22T12:00:00Z"}""", true)]
    [InlineData("""{"52:54:00:12:34:56":"yesterday"}""", false)]
    [InlineData("""{"52:54:00:12:34:56":"2026-11-22"}""", false)]
    [InlineData("""{"52:54:00:12:34:56":1795348800}""", false)]
    [InlineData("""{"52:54:00:12:34:56":null}""", false)]
    [InlineData("""{"52:54:00:12:34:56":{}}""", false)]
    [InlineData("""{"52:54:00:12:34":"2026-11-22T12:00:00Z"}""", false)]
    [InlineData("""["52:54:00:12:34:56"]""", false)]
    [InlineData("{\"52:54:00:12:34:56\":\"2026-11-22T12:00:00Z\"", false)]
    [InlineData("{\"\\ud800\":\"\\ud800\"}", false)]
    [InlineData("{{{{{{", false)]
    [InlineData("", false)]
    public void What_is_damaged_in_our_own_note_counts_for_nothing(string text, bool counts)
    {
        _machines.Set(Unfixed("team-a/one").Noting(LastSeenAddresses.Annotation, text));

        Assert.Equal(counts ? ["team-a/one"] : [], Found(Some.Heard()));
    }

    [Fact]
    public void A_note_that_somebody_made_huge_or_deep_counts_for_nothing()
    {
        _machines.Set(Unfixed("team-a/huge").LastSeenBy(Some.Mac + new string(' ', AnnotationMap.LongestText)));
        _machines.Set(Unfixed("team-a/deep").Noting(LastSeenAddresses.Annotation, new string('[', 5000)));
        _machines.Set(Unfixed("team-a/torn").Noting(LastSeenAddresses.Annotation, "{\"\ud800\":\"\"}"));

        Assert.Empty(Found(Some.Heard()));
    }

    [Fact]
    public void Of_more_addresses_than_are_kept_the_newest_count()
    {
        var many = Enumerable.Range(0, LastSeenAddresses.Most + 4).Select(i => $"\"52:54:00:00:00:{i:x2}\":\"2026-11-{1 + i:00}T00:00:00Z\"");
        _machines.Set(Unfixed("team-a/one").Noting(LastSeenAddresses.Annotation, $"{{{string.Join(',', many)}}}"));

        Assert.Empty(Found(Some.Heard("52:54:00:00:00:03")));
        Assert.Equal(["team-a/one"], Found(Some.Heard("52:54:00:00:00:04")));
    }

    [Fact]
    public void A_copy_of_a_machine_does_not_inherit_what_the_original_had()
    {
        var original = Unfixed("team-a/original").LastSeenBy(Some.Mac);
        _machines.Set(original);
        _machines.Set(Unfixed("team-a/clone") with
        {
            Metadata = original.Metadata with { Name = "clone", Uid = "uid-of-clone", CreationTimestamp = Some.Noon.AddSeconds(1) },
        });

        Assert.Equal(["team-a/original"], Found(Some.Heard()));
    }

    [Fact]
    public void A_machine_that_has_come_to_fix_its_address_is_known_by_no_other()
    {
        _machines.Set(Some.Vm("team-a/one", macs: "52:54:00:00:00:01").LastSeenBy(Some.Mac).Noting(HarvesterAddresses.Annotation, $$"""{"default":"{{Some.Mac}}"}"""));

        Assert.Empty(Found(Some.Heard()));
    }

    [Fact]
    public void What_a_guest_makes_for_itself_is_no_address_of_the_machine()
    {
        _machines.Set(Unfixed("team-a/liar"));
        _instances.Set(Some.Vmi("team-a/liar") with { Status = new() { Phase = "Running", Interfaces = [new("0a:58:0a:00:00:01", "default"), new(Some.Mac), new(Some.Mac, "")] } });
        Make("team-a/victim", Claim.Spec);

        Assert.Equal(["team-a/victim"], Found(Some.Heard()));
    }

    [Fact]
    public void An_instance_that_has_ended_has_its_address_no_more()
    {
        _machines.Set(Unfixed("team-a/ended"));
        _instances.Set(Some.Vmi("team-a/ended", phase: "Succeeded", macs: Some.Mac));
        Make("team-a/next", Claim.Live);

        Assert.Equal(["team-a/next"], Found(Some.Heard()));
    }

    private static int Strength(Claim claim) => claim == Claim.Spec ? (int)Claim.Live : (int)claim;

    private static VirtualMachine Unfixed(string key) => Some.Vm(key, macs: (string?)null);

    private void Make(string key, params Claim[] claims)
    {
        // The spec's claim stands on an interface of its own, so that the others can be made beside it.
        var machine = Some.Vm(key, macs: [null, .. claims.Contains(Claim.Spec) ? (string?[])[Some.Mac] : []]);
        if (claims.Contains(Claim.Harvester)) machine = machine.Noting(HarvesterAddresses.Annotation, $$"""{"default":"{{Some.Mac}}"}""");
        if (claims.Contains(Claim.LastSeen)) machine = machine.LastSeenBy(Some.Mac);
        _machines.Set(machine);
        if (claims.Contains(Claim.Live)) _instances.Set(Some.Vmi(key, macs: Some.Mac));
    }

    private IEnumerable<string> Found(WakeRequest request) =>
        new MachineFinder(_machines, _instances, new(_machines, _instances, _options, _time), new(new ResourceCache<WakePolicy>(), _options), _options).Find(request).Found.Select(m => ResourceKey.Of(m.Object).ToString()).Order();
}
