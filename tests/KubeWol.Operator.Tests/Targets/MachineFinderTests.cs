using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Targets;

/// <summary>Which machines a request means.</summary>
public sealed class MachineFinderTests
{
    private readonly ResourceCache<VirtualMachine> _machines = new();
    private readonly ResourceCache<VirtualMachineInstance> _instances = new();
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly MachineFinder _finder;

    public MachineFinderTests() => _finder = new(_machines, _instances, new(_machines, _instances, Some.Options, _time), new(new ResourceCache<WakePolicy>(), Some.Options), Some.Options);

    [Theory]
    [InlineData("52:54:00:AB:cd:ef", "52:54:00:ab:cd:ef")]
    [InlineData("52-54-00-ab-cd-ef", "52:54:00:ab:cd:ef")]
    [InlineData("52-54-00-AB-CD-EF", "52-54-00-ab-cd-ef")]
    [InlineData("52:54:00:ab:cd:ef", "52-54-00-AB-CD-EF")]
    public void An_address_is_found_however_the_two_spell_it(string inSpec, string inRequest)
    {
        _machines.Set(Some.Vm("team-a/web-01", macs: inSpec));

        Assert.Equal(["team-a/web-01"], Found(Some.Heard(inRequest)));
    }

    [Fact]
    public void Every_interface_counts_and_other_machines_do_not()
    {
        _machines.Set(Some.Vm("team-a/web-01", macs: [null, "52:54:00:00:00:01", "52:54:00:00:00:02"]));
        _machines.Set(Some.Vm("team-a/web-02", macs: "52:54:00:00:00:03"));

        Assert.Equal(["team-a/web-01"], Found(Some.Heard("52:54:00:00:00:02")));
        Assert.Equal(["team-a/web-02"], Found(Some.Heard("52:54:00:00:00:03")));
        Assert.Empty(Found(Some.Heard("52:54:00:00:00:04")));
    }

    [Fact]
    public void One_address_on_two_interfaces_of_one_machine_is_one_machine()
    {
        _machines.Set(Some.Vm("team-a/web-01", macs: ["52:54:00:12:34:56", "52-54-00-12-34-56"]));
        _instances.Set(Some.Vmi("team-a/web-01", macs: [Some.Mac, Some.Mac]));

        Assert.Equal(["team-a/web-01"], Found(Some.Heard()));
    }

    [Fact]
    public void Two_machines_with_one_address_are_both_named()
    {
        _machines.Set(Some.Vm("team-a/web-01"));
        _machines.Set(Some.Vm("team-b/web-01"));

        Assert.Equal(["team-a/web-01", "team-b/web-01"], Found(Some.Heard()));
    }

    [Fact]
    public void A_machine_without_a_fixed_address_is_found_by_the_one_its_instance_has()
    {
        _machines.Set(Some.Vm("team-a/web-01", status: "Paused", macs: (string?)null));
        _instances.Set(Some.Vmi("team-a/web-01", macs: "0A:58:0A:9F:D1:FF"));

        Assert.Equal(["team-a/web-01"], Found(Some.Heard("0a:58:0a:9f:d1:ff")));

        _instances.Remove(new("team-a", "web-01")); // stopped: the address is gone, too
        Assert.Empty(Found(Some.Heard("0a:58:0a:9f:d1:ff")));
    }

    [Fact]
    public void A_live_address_of_one_machine_and_a_fixed_one_of_another_are_two()
    {
        _machines.Set(Some.Vm("team-a/web-01", macs: (string?)null));
        _instances.Set(Some.Vmi("team-a/web-01", macs: Some.Mac));
        _machines.Set(Some.Vm("team-a/web-02"));

        Assert.Equal(["team-a/web-01", "team-a/web-02"], Found(Some.Heard()));
    }

    [Fact]
    public void An_instance_without_a_machine_cannot_be_woken_and_is_not_found()
    {
        _instances.Set(Some.Vmi("team-a/lone", macs: Some.Mac));

        Assert.Empty(Found(Some.Heard()));
    }

    [Fact]
    public void A_request_in_a_tenants_namespace_never_reaches_another_namespace()
    {
        _machines.Set(Some.Vm("team-b/web-01"));
        _machines.Set(Some.Vm("team-b/live", macs: (string?)null));
        _instances.Set(Some.Vmi("team-b/live", macs: "52:54:00:00:00:09"));

        Assert.Empty(Found(Some.Request("team-a/wake")));
        Assert.Empty(Found(Some.Request("team-a/wake", mac: "52:54:00:00:00:09")));
        Assert.Empty(Found(Some.Heard() with { Metadata = Some.Request("team-a/forged").Metadata })); // a frame alone gives no reach
        Assert.Equal(["team-b/web-01"], Found(Some.Request("team-b/wake")));
    }

    [Fact]
    public void A_tenants_request_is_not_disturbed_by_a_strangers_machine_of_the_same_address()
    {
        _machines.Set(Some.Vm("team-a/web-01"));
        _machines.Set(Some.Vm("team-b/web-01"));

        Assert.Equal(["team-a/web-01"], Found(Some.Request("team-a/wake")));
    }

    [Theory]
    [InlineData("team-a", "team-a/web-01")]
    [InlineData("team-b", null)]
    [InlineData(Some.Agents, null)]
    public void A_name_means_a_machine_of_the_requests_own_namespace(string space, string? expected)
    {
        _machines.Set(Some.Vm("team-a/web-01"));

        Assert.Equal(expected is null ? [] : [expected], Found(Some.Request($"{space}/wake", name: "web-01")));
    }

    [Fact]
    public void A_machine_being_deleted_gives_way_to_the_one_that_takes_over_its_address()
    {
        _machines.Set(Deleted(Some.Vm("team-a/old")));
        Assert.Equal(["team-a/old"], Found(Some.Heard()));

        _machines.Set(Some.Vm("team-a/new"));
        Assert.Equal(["team-a/new"], Found(Some.Heard()));

        _machines.Set(Some.Vm("team-a/newer"));
        Assert.Equal(["team-a/new", "team-a/newer"], Found(Some.Heard()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("52:54:00:12:34")]
    [InlineData("52:54:00:12:34:56:78")]
    [InlineData("52:54:00:12:34:zz")]
    [InlineData("the one in the corner")]
    [InlineData(null)]
    public void What_is_no_address_names_no_machine_and_hides_no_other(string? garbage)
    {
        _machines.Set(Some.Vm("team-a/odd", macs: [garbage, Some.Mac]));
        _machines.Set(Some.Vm("team-a/plain") with { Spec = new() { RunStrategy = "Halted", Template = new(null) } });
        _machines.Set(Some.Vm("team-a/bare") with { Spec = null });
        _instances.Set(Some.Vmi("team-a/odd", macs: garbage) with { Status = null });

        Assert.Empty(Found(Some.Heard() with { Spec = new() { Target = new() { MacAddress = garbage } } }));
        Assert.Equal(["team-a/odd"], Found(Some.Heard()));
    }

    [Fact]
    public void A_machine_that_changes_between_two_searches_is_still_one_machine()
    {
        var (before, after) = (Some.Vm("team-a/web-01"), Some.Vm("team-a/web-01", status: "Starting"));
        _machines.Set(after);
        _instances.Set(Some.Vmi("team-a/web-01", macs: Some.Mac));

        var torn = new Torn(before, _machines);
        var finder = new MachineFinder(torn, _instances, new(torn, _instances, Some.Options, _time), new(new ResourceCache<WakePolicy>(), Some.Options), Some.Options);

        Assert.Single(finder.Find(Some.Heard()).Found);
    }

    [Theory]
    [InlineData("team-a/wake", 0)]
    [InlineData($"{Some.Agents}/wake", 1)]
    public void A_status_that_names_a_machine_of_another_namespace_gives_no_hold_on_it(string request, int found)
    {
        _machines.Set(Some.Vm("team-b/db"));
        var forged = Some.Request(request, name: "db") with
        {
            Status = new() { Operation = WakeOperation.Start, VirtualMachine = new() { Namespace = "team-b", Name = "db", Uid = "uid-of-team-b-db" } },
        };

        Assert.Equal(found, Found(forged).Count());
    }

    [Fact]
    public void A_machine_comes_with_its_instance()
    {
        _machines.Set(Some.Vm("team-a/web-01", status: "Running"));
        _instances.Set(Some.Vmi("team-a/web-01", node: "node-b"));
        _instances.Set(Some.Vmi("team-b/web-01", node: "node-c"));

        Assert.Equal("node-b", Assert.Single(_finder.Find(Some.Heard()).Found).Node);
    }

    private IEnumerable<string> Found(WakeRequest request) => _finder.Find(request).Found.Select(m => ResourceKey.Of(m.Object).ToString()).Order();

    private static VirtualMachine Deleted(VirtualMachine machine) =>
        machine with { Metadata = machine.Metadata with { DeletionTimestamp = Some.Noon } };

    /// <summary>A cache whose index was read just before a change arrived.</summary>
    private sealed class Torn(VirtualMachine before, IResourceCache<VirtualMachine> after) : IResourceCache<VirtualMachine>
    {
        public IReadOnlyCollection<VirtualMachine> All => after.All;

        public Task Synced => after.Synced;

        public VirtualMachine? Find(ResourceKey key) => after.Find(key);

        public IReadOnlyList<VirtualMachine> FindBy<TValue>(ResourceIndex<VirtualMachine, TValue> index, TValue value)
            where TValue : notnull => [before];

        public void Observe(VirtualMachine written) => after.Observe(written);
    }
}
