using CsCheck;
using KubeWol.Api.Index;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Index;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;
using KubeWol.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Index;

/// <summary>The addresses of all machines, kept up change by change.</summary>
public sealed class MachineAddressSetTests
{
    private const string Mac = Some.Mac;                      // shard 6
    private const string Other = "0a:58:0a:00:00:07";         // shard 7

    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly MachineAddressSet _set;

    public MachineAddressSetTests() => _set = new(_time);

    [Theory]
    [InlineData("52:54:00:12:34:56")]
    [InlineData("52-54-00-12-34-56")]
    [InlineData("5254.0012.3456")]
    public void An_address_that_a_machine_fixes_is_in_however_it_is_spelt(string spelling)
    {
        Assert.Equal([6], _set.Change(null, Some.Vm(macs: spelling)));
        Assert.Equal(Mac, Assert.Single(All()));
    }

    [Fact]
    public void So_is_one_that_an_instance_has_and_what_Harvester_or_the_ledger_noted()
    {
        _set.Change(null, Some.Vmi(macs: Other));
        _set.Change(null, With(Some.Vm("team-a/h", macs: (string?)null), HarvesterAddresses.Annotation, """{"default":"02:00:00:00:00:01"}"""));
        _set.Change(null, With(Some.Vm("team-a/l", macs: (string?)null), LastSeenAddresses.Annotation, """{"02:00:00:00:00:02":"2026-11-22T12:00:00Z"}"""));
        Assert.Equal(["02:00:00:00:00:01", "02:00:00:00:00:02", Other], All());
    }

    [Fact]
    public void An_address_goes_when_the_last_that_had_it_is_gone()
    {
        var (one, two, live) = (Some.Vm("team-a/one"), Some.Vm("team-b/two"), Some.Vmi("team-a/one", macs: Mac));
        Assert.Equal([6], _set.Change(null, one));
        Assert.Empty(_set.Change(null, two));
        Assert.Empty(_set.Change(null, live));
        Assert.Empty(_set.Change(one, null));
        Assert.Empty(_set.Change(two, null));
        Assert.Equal([6], _set.Change(live, null));
        Assert.Empty(All());
    }

    [Fact]
    public void A_change_says_which_shards_it_changed_and_a_status_that_is_new_changes_none()
    {
        var before = Some.Vm(macs: [Mac, Other]);
        Assert.Equal([6, 7], _set.Change(null, before).Order());
        Assert.Empty(_set.Change(before, before.Now("Running")));
        Assert.Equal([7, 8], _set.Change(before, Some.Vm(macs: [Mac, "02:00:00:00:00:08"])).Order());
        Assert.Equal([6, 8], _set.Change(Some.Vm(macs: [Mac, "02:00:00:00:00:08"]), null).Order());
    }

    [Fact]
    public void An_interface_listed_twice_counts_once()
    {
        var machine = Some.Vm(macs: [Mac, Mac]);
        _set.Change(null, machine);
        Assert.Equal([6], _set.Change(machine, Some.Vm(macs: Other)).Where(s => s == 6));
        Assert.Equal(Other, Assert.Single(All()));
    }

    /// <summary>The truth: whatever came in whatever order, a request finds a machine by just these addresses.</summary>
    [Fact]
    public void It_holds_what_the_finder_finds_whatever_came_and_went() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 7], Gen.Int[0, 7]).Array[0, 60].Sample(steps =>
        {
            var set = new MachineAddressSet(_time);
            var machines = new ResourceCache<VirtualMachine>();
            var instances = new ResourceCache<VirtualMachineInstance>();
            machines.Changed += (_, before, after) => set.Change(before, after);
            instances.Changed += (_, before, after) => set.Change(before, after);
            foreach (var (machine, kind, mac, more) in steps)
            {
                var (name, address, second) = ($"team-a/m{machine}", $"02:00:00:00:00:{mac:x2}", $"02:00:00:00:01:{more:x2}");
                switch (kind)
                {
                    case 0: machines.Remove(new("team-a", $"m{machine}")); break;
                    case 1: machines.Set(Some.Vm(name, macs: [address, second])); break;
                    case 2: instances.Remove(new("team-a", $"m{machine}")); break;
                    default: instances.Set(Some.Vmi(name, macs: address)); break;
                }
            }

            var index = new MacIndex(machines, instances, Some.Options, _time);
            var candidates = Enumerable.Range(0, 8).SelectMany(i => (MacAddress[])[MacAddress.Parse($"02:00:00:00:00:{i:x2}"), MacAddress.Parse($"02:00:00:00:01:{i:x2}")]);
            var held = Enumerable.Range(0, AddressShards.Count).SelectMany(s => set.Read(s).Addresses).ToHashSet();
            Assert.Equal(held.Count, set.Count);
            foreach (var address in candidates)
            {
                var isFound = index.ByStrength(address).Any(group => group.Any());
                // An instance without its machine is found by nobody, but its address may be in: the machine is about to be seen.
                Assert.True(held.Contains(address.Bits) == isFound || (!isFound && instances.All.Any(i => MacAddresses.Of(i).Contains(address))), $"{address}");
            }
        });

    [Fact]
    public void The_lag_is_the_age_of_the_oldest_change_that_is_not_published()
    {
        var start = _time.GetTimestamp();
        Assert.Equal(TimeSpan.Zero, _set.Lag(start));
        _set.Change(null, Some.Vm());
        var (_, state) = _set.Read(6);
        _time.Advance(TimeSpan.FromSeconds(3));
        _set.Change(null, Some.Vm("team-a/other", macs: "52:54:00:00:00:06"));
        Assert.Equal(TimeSpan.FromSeconds(3), _set.Lag(start));
        Assert.Equal(TimeSpan.Zero, _set.Lag(_time.GetTimestamp()));

        _set.Published(6, state); // as it was before the other came
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), _set.Lag(start));
        _set.Published(6, _set.Read(6).State);
        Assert.Equal(TimeSpan.Zero, _set.Lag(start));
    }

    private List<string> All() => [.. Enumerable.Range(0, AddressShards.Count).SelectMany(s => _set.Read(s).Addresses).Order().Select(a => new MacAddress(a).ToString())];

    private static VirtualMachine With(VirtualMachine machine, string annotation, string text) =>
        machine with { Metadata = machine.Metadata with { Annotations = new Dictionary<string, string> { [annotation] = text } } };
}
