using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Ledger;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Ledger;

/// <summary>The ledger before an API server: what it costs, and what it does about a refusal.</summary>
public sealed class MacLedgerReconcilerTests : IAsyncLifetime
{
    private const string Mac = "0a:58:0a:00:00:01";
    private static readonly ResourceKey Key = new("team-a", "web-01");

    private readonly ResourceCache<VirtualMachine> _machines = new();
    private readonly ResourceCache<VirtualMachineInstance> _instances = new();
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private FakeApi _api = null!;
    private MacIndex _index = null!;
    private MacLedgerReconciler _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApi.StartAsync();
        _api.Respond = Write;
        _index = new(_machines, _instances, Some.Options, _time);
        _ledger = new(_machines, _instances, _index, new(_api.Connection, _time), Some.Options, _time, NullLogger<MacLedgerReconciler>.Instance);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Starts_cost_one_write_each_however_often_KubeVirt_updates_a_status()
    {
        const int Machines = 50;
        for (var i = 0; i < Machines; i++)
        {
            var key = $"team-a/vm-{i}";
            _machines.Set(Some.Vm(key, macs: (string?)null));
            for (var update = 0; update < 10; update++)
            {
                _machines.Set(_machines.Find(new("team-a", $"vm-{i}"))!.Now("Running"));
                _instances.Set(Some.Vmi(key, phase: update < 3 ? "Scheduling" : "Running", macs: $"0a:58:0a:00:01:{i:x2}"));
                await LookAsync(new("team-a", $"vm-{i}"));
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        Assert.Equal(Machines, _api.Calls.Count);
        Assert.All(_api.Calls, c => Assert.Equal(("PATCH", "application/merge-patch+json"), (c.Method, c.ContentType)));
    }

    [Fact]
    public async Task A_machine_that_fixes_its_address_costs_nothing_at_all()
    {
        _machines.Set(Some.Vm(macs: "52-54-00-12-34-56"));
        for (var start = 0; start < 5; start++)
        {
            _instances.Set(Some.Vmi(macs: Some.Mac));
            Assert.Equal(Requeue.Never, await LookAsync());
            _instances.Remove(Key);
            Assert.Equal(Requeue.Never, await LookAsync());
        }

        Assert.Empty(_api.Calls);
    }

    [Fact]
    public async Task The_write_rests_on_the_machine_as_it_was_read_and_is_seen_at_once()
    {
        _machines.Set(Some.Vm(macs: (string?)null));
        _instances.Set(Some.Vmi(macs: Mac));
        var read = _machines.Find(Key)!.Metadata;

        Assert.Equal(Requeue.After(TimeSpan.FromDays(1)), await LookAsync());

        var call = Assert.Single(_api.Calls);
        Assert.Equal("/apis/kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01", call.Path);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse($$$"""{"metadata":{"uid":"{{{read.Uid}}}","resourceVersion":"{{{read.ResourceVersion}}}","annotations":{"kubewol.io/last-seen-macs":"{\"{{{Mac}}}\":\"2026-11-22T12:00:00Z\"}"} } }"""),
                JsonNode.Parse(call.Body)),
            call.Body);
        await LookAsync(); // the watch has said nothing yet
        Assert.Single(_api.Calls);
    }

    [Fact]
    public async Task A_conflict_is_for_the_queue_to_try_again()
    {
        _machines.Set(Some.Vm(macs: (string?)null));
        _instances.Set(Some.Vmi(macs: Mac));
        _api.Respond = _ => Answer.Refuse(409, "Conflict", "the object has been modified");
        Assert.True((await Assert.ThrowsAsync<ApiException>(() => LookAsync())).IsConflict);

        _api.Respond = Write;
        await LookAsync();
        Assert.Contains(Mac, LastSeenAddresses.TextOf(_machines.Find(Key)!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_right_is_asked_for_again_but_not_often_for_a_server_that_has_just_started_denies_everything()
    {
        _machines.Set(Some.Vm(macs: (string?)null));
        _instances.Set(Some.Vmi(macs: Mac));
        _api.Respond = _ => Answer.Refuse(403, "Forbidden", "User \"kubewol\" cannot patch this");
        Assert.Equal(Requeue.After(MacLedgerReconciler.DeniedPause), await LookAsync());

        _api.Respond = Write;
        await LookAsync();
        Assert.Contains(Mac, LastSeenAddresses.TextOf(_machines.Find(Key)!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_kind_yet_is_asked_again()
    {
        _machines.Set(Some.Vm(macs: (string?)null));
        _instances.Set(Some.Vmi(macs: Mac));
        _api.Respond = _ => new(404, "404 page not found");

        await Assert.ThrowsAsync<ApiException>(() => LookAsync());
    }

    [Fact]
    public async Task A_refusal_is_told_once_and_not_repeated()
    {
        _machines.Set(Some.Vm(macs: (string?)null));
        _instances.Set(Some.Vmi(macs: Mac));
        _api.Respond = _ => Answer.Refuse(422, "Invalid", "the policy says no");

        var told = await Assert.ThrowsAsync<TerminalException>(() => LookAsync());
        Assert.Equal("the addresses of team-a/web-01 cannot be noted on it: the policy says no", told.Message);
    }

    [Fact]
    public async Task A_machine_that_is_gone_or_going_needs_no_note()
    {
        _instances.Set(Some.Vmi(macs: Mac));
        Assert.Equal(Requeue.Never, await LookAsync());

        var machine = Some.Vm(macs: (string?)null);
        _machines.Set(machine with { Metadata = machine.Metadata with { DeletionTimestamp = Some.Noon } });
        Assert.Equal(Requeue.Never, await LookAsync());
        Assert.Empty(_api.Calls);

        _machines.Set(Some.Vm(macs: (string?)null));
        _api.Respond = _ => Answer.Refuse(404, "NotFound", "not found");
        await LookAsync();
        Assert.Single(_api.Calls);
    }

    [Fact]
    public async Task A_machine_that_takes_an_address_brings_back_the_one_it_is_noted_on_and_there_it_goes()
    {
        _machines.Set(Some.Vm(macs: (string?)null).LastSeenBy(Mac));
        var (taker, live) = (Some.Vm("team-b/taker", macs: Mac), Some.Vmi("team-b/taker", macs: Mac));
        Assert.Equal([Key], MacLedgerReconciler.For(_index, taker));
        Assert.Equal([Key], MacLedgerReconciler.For(_index, _machines, live));

        _machines.Set(taker);
        Assert.Equal(Requeue.Never, await LookAsync());

        Assert.Null(LastSeenAddresses.TextOf(_machines.Find(Key)!));
        Assert.Contains("\"kubewol.io/last-seen-macs\":null", Assert.Single(_api.Calls).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_is_looked_at_where_an_address_is_not_fixed_or_something_is_noted()
    {
        Assert.Equal([true, true, true, false], Looked(Some.Vm(macs: (string?)null), Some.Vm(macs: [Mac, null]), Some.Vm().LastSeenBy(Mac), Some.Vm()));
        Assert.Empty(MacLedgerReconciler.For(_index, _machines, Some.Vmi("team-a/stranger", macs: Some.Mac)));

        IEnumerable<bool> Looked(params IEnumerable<VirtualMachine> machines) => machines.Select(machine =>
        {
            _machines.Set(machine);
            var looked = MacLedgerReconciler.For(_index, machine).Contains(Key);
            Assert.Equal(looked, MacLedgerReconciler.For(_index, _machines, Some.Vmi(macs: Some.Mac)).Contains(Key));
            return looked;
        });
    }

    private Task<Requeue> LookAsync(ResourceKey? key = null) => _ledger.ReconcileAsync(key ?? Key, TestContext.Current.CancellationToken);

    /// <summary>The API server: takes the annotation over under a new version.</summary>
    private Answer Write(Call call)
    {
        var machine = _machines.All.Single(m => VirtualMachine.Type.Path(ResourceKey.Of(m)) == call.Path);
        var text = (string?)JsonNode.Parse(call.Body)!["metadata"]!["annotations"]![LastSeenAddresses.Annotation];
        var written = text is null ? machine with { Metadata = machine.Metadata with { Annotations = null, ResourceVersion = Some.NextVersion() } }
            : machine.Noting(LastSeenAddresses.Annotation, text);
        return new(200, JsonSerializer.Serialize(written, ApiJson.Default.VirtualMachine));
    }
}
