using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Index;
using KubeWol.Operator.Page;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Page;

/// <summary>What the page shows of what the operator knows, and that it stays small however much that is.</summary>
public sealed class PageReaderTests : IDisposable
{
    private readonly ResourceCache<VirtualMachine> _machines = new();
    private readonly ResourceCache<VirtualMachineInstance> _instances = new();
    private readonly ResourceCache<WakeRequest> _requests = new();
    private readonly ResourceCache<WakePolicy> _policies = new();
    private readonly ResourceCache<WakeTemplate> _templates = new();
    private readonly ResourceCache<Node> _nodes = new();
    private readonly ResourceCache<Pod> _pods = new();
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly AgentVisitsTests.Agents _agents = new();
    private readonly AgentVisits _visits;
    private readonly PageReader _reader;

    public PageReaderTests()
    {
        _visits = new(new(_agents), _time);
        _reader = new(
            _machines, _instances, _requests, _policies, _templates, _nodes, _pods, new(_policies, Some.Options), new MachineAddressSet(_time), _visits, Some.Options, _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _visits.Dispose();
        _agents.Dispose();
    }

    [Fact]
    public async Task Nobody_is_asked_anything_before_somebody_looks()
    {
        _pods.Set(AgentVisitsTests.Agent("kubewol-agent-x", "192.0.2.1"));
        Assert.Empty(_agents.Asked);

        await ReadAsync();
        Assert.Single(_agents.Asked);
    }

    [Fact]
    public async Task A_machine_is_shown_with_all_that_it_is_listened_for_by_and_who_decides()
    {
        _machines.Set(Some.Vm("team-a/web-01", "Always", "Running", null, "52-54-00-12-34-56", null));
        _instances.Set(Some.Vmi("team-a/web-01", "Running", "node-b", "52:54:00:12:34:56", "0a:58:0a:00:00:07"));
        _policies.Set(Policy("team-a/desktops"));
        _machines.Set(Some.Vm("team-b/db-01"));

        var facts = await ReadAsync();

        Assert.Equal(
            [
                "team-a/web-01: 52:54:00:12:34:56 0a:58:0a:00:00:07, Running on node-b, desktops",
                "team-b/db-01: 52:54:00:12:34:56, Stopped on , ",
            ],
            facts.Machines.Rows.Select(m => $"{m.Name}: {string.Join(' ', m.Addresses)}, {m.State} on {m.Node}, {string.Join(' ', m.Policies)}"));
    }

    [Fact]
    public async Task Of_many_addresses_the_first_are_shown_and_the_others_counted()
    {
        _machines.Set(Some.Vm("team-a/router", macs: [.. Enumerable.Range(0, 9).Select(i => $"52:54:00:00:00:0{i}")]));

        Assert.Equal(
            ["52:54:00:00:00:00", "52:54:00:00:00:01", "52:54:00:00:00:02", "52:54:00:00:00:03", "and 5 more"], Assert.Single((await ReadAsync()).Machines.Rows).Addresses);
    }

    [Theory]
    [InlineData("WEB", "team-a/web-01")]
    [InlineData("team-b", "team-b/db-01")]
    [InlineData("52:54:00:00:00:02", "team-b/db-01")]
    [InlineData("52-54-00-00-00-02", "team-b/db-01")]
    [InlineData("525400000002", "team-b/db-01")]
    [InlineData("00:02", "team-b/db-01")]
    [InlineData("nobody", null)]
    public async Task What_is_looked_for_is_a_part_of_a_name_or_an_address_in_any_spelling(string find, string? found)
    {
        _machines.Set(Some.Vm("team-a/web-01", macs: ["52:54:00:00:00:01"]));
        _machines.Set(Some.Vm("team-b/db-01", macs: ["52:54:00:00:00:02"]));

        var machines = (await ReadAsync(find)).Machines;

        Assert.Equal(found is null ? [] : [found], machines.Rows.Select(m => m.Name));
        Assert.Equal((found is null ? 0 : 1, 2), (machines.Found, machines.All));
    }

    [Fact]
    public async Task A_hundred_thousand_machines_and_thousands_of_the_rest_make_a_small_page()
    {
        var name = new string('n', 60);
        _machines.Replace([.. Enumerable.Range(0, 100_000).Select(i => Some.Vm($"{name}/{name}-{name}-{i:000000}", macs: [$"52:54:00:{i >> 16:x2}:{(i >> 8) & 255:x2}:{i & 255:x2}"]))]);
        _requests.Replace([.. Enumerable.Range(0, 5_000).Select(i => Heard(i) with { Status = new() { Phase = WakePhase.Failed, Reason = WakeReason.AmbiguousTarget, Message = new('<', 1024) } })]);
        _nodes.Replace([.. Enumerable.Range(0, 1_000).Select(i => Some.Node($"{name}-{i:0000}"))]);
        _pods.Replace([.. Enumerable.Range(0, 1_000).Select(i => AgentVisitsTests.Agent($"agent-{i}", "192.0.2.1", node: $"{name}-{i:0000}"))]);
        _policies.Replace([.. Enumerable.Range(0, 2_000).Select(i => Policy($"{name}/{name}-{i:0000}", new('"', 2048)))]);

        var facts = await ReadAsync();
        var page = PageWriter.Write(facts);

        Assert.Equal((PageReader.MostMachines, 100_000), (facts.Machines.Rows.Count, facts.Machines.All));
        Assert.Equal((PageReader.MostRequests, PageReader.MostAgents, PageReader.MostRules), (facts.Requests.Rows.Count, facts.Agents.Rows.Count, facts.Policies.Rows.Count));
        Assert.Equal(PageReader.MostAgents, _agents.Asked.Count);
        Assert.Equal($"{name}/{name}-{name}-000000", facts.Machines.Rows[0].Name);
        Assert.InRange(page.Length, 10_000, 512 * 1024);
        Assert.Equal($"{name}/{name}-{name}-099999", Assert.Single((await ReadAsync("52:54:00:01:86:9f")).Machines.Rows).Name);
    }

    [Fact]
    public async Task Requests_are_shown_the_latest_first_by_the_machine_that_was_found_or_the_address_that_was_called()
    {
        _requests.Set(Heard(1));
        _requests.Set(Heard(2) with { Status = new() { Action = WakeAction.Sleep, Phase = WakePhase.Succeeded, Reason = WakeReason.Paused, VirtualMachine = new() { Namespace = "team-a", Name = "web-01" } } });
        _requests.Set(Some.Request("team-a/by-hand", name: "db-01") with { Status = new() { AcceptedAt = Some.Noon.AddHours(-1) } });

        Assert.Equal(
            [
                "Sleep team-a/web-01 Succeeded Paused, 192.0.2.7 on node-a bond0, VLAN 10",
                " 52:54:00:00:00:01 Pending , 192.0.2.7 on node-a bond0, VLAN 10",
                "Wake team-a/db-01 Pending , a request in team-a",
            ],
            (await ReadAsync()).Requests.Rows.Select(r => $"{r.Action} {r.Target} {r.Phase} {r.Reason}, {r.From}"));
    }

    [Fact]
    public async Task Every_node_is_shown_with_its_agent_and_those_first_that_want_looking_at()
    {
        foreach (var node in (string[])["node-a", "node-b", "node-c"]) _nodes.Set(Some.Node(node));
        _pods.Set(AgentVisitsTests.Agent("one", "192.0.2.1", node: "node-a"));
        _pods.Set(AgentVisitsTests.Agent("two", "192.0.2.2", node: "node-b", ready: false));
        _pods.Set(AgentVisitsTests.Agent("old", "192.0.2.2", node: "node-a", ready: false)); // the one before the update

        var agents = (await ReadAsync()).Agents;

        Assert.Equal([("node-c", AgentState.Missing), ("node-b", AgentState.NotReady), ("node-a", AgentState.Ready)], agents.Rows.Select(a => (a.Node, a.State)));
        Assert.Equal(["", "42", "42"], agents.Rows.Select(a => $"{a.Figures?.Nics[0].Frames}"));
    }

    [Fact]
    public async Task Policies_that_can_never_match_come_first()
    {
        _policies.Set(Policy("team-a/a-good-one") with { Status = Status(ConditionStatus.True, "InEffect") });
        _policies.Set(Policy("team-a/new"));
        _policies.Set(Policy("team-a/useless") with { Status = Status(ConditionStatus.False, "SelectsNothing") });

        Assert.Equal(
            ["team-a/new: not looked at yet", "team-a/useless: SelectsNothing", "team-a/a-good-one: InEffect"], (await ReadAsync()).Policies.Rows.Select(p => $"{p.Name}: {p.Reason}"));
    }

    private Task<PageFacts> ReadAsync(string find = "") => _reader.ReadAsync(find, isLeading: true, Cancel);

    private static WakePolicyStatus Status(ConditionStatus status, string reason) => new() { Machines = 1, Conditions = [new() { Type = "Ready", Status = status, Reason = reason }] };

    private static WakePolicy Policy(string key, string message = "") => key.Split('/') is [var space, var name]
        ? new()
        {
            Metadata = new() { Namespace = space, Name = name, Uid = $"uid-of-{name}", ResourceVersion = Some.NextVersion() },
            Spec = new() { Verbs = [WakeAction.Wake], Proof = ProofKind.None },
            Status = message.Length == 0 ? null : new() { Conditions = [new() { Type = "Ready", Status = ConditionStatus.False, Reason = "SelectsNothing", Message = message }] },
        }
        : throw new FormatException(key);

    private static WakeRequest Heard(int number) => Some.Request($"kubewol-system/heard-{number:00000}") with
    {
        Spec = new()
        {
            Target = new() { MacAddress = $"52:54:00:00:{(number >> 8) & 255:x2}:{number & 255:x2}" },
            Frame = new() { Node = "node-a", Interface = "bond0", SourceIp = "192.0.2.7", Vlans = [10], CapturedAt = Some.Noon.AddSeconds(number) },
        },
    };
}
