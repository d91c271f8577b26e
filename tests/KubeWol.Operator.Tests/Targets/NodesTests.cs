using KubeWol.Api;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Targets;

/// <summary>Where machines can go.</summary>
public sealed class NodesTests
{
    private readonly ResourceCache<Node> _nodes = new();
    private readonly Nodes _judge;

    public NodesTests() => _judge = new(_nodes);

    [Theory]
    [InlineData("disk=fast", null, null, false)] // one of two takes machines
    [InlineData("disk=fast,zone=1", null, "NodeNotSchedulable", false)] // the other
    [InlineData("disk=fast,zone=2", null, null, false)]
    [InlineData("disk=fast,zone=3", null, "NodeNotFound", false)]
    [InlineData("disk=", null, "NodeNotFound", false)]
    [InlineData("nolabel=x", null, "NodeNotFound", false)]
    [InlineData("disk=fast", "a", null, true)] // it is on one of those
    [InlineData("disk=fast", "slow", null, false)]
    [InlineData("", "a", null, false)] // anywhere: nowhere is there
    public void A_selector_names_the_nodes_that_have_all_its_labels(string selector, string? current, string? problem, bool isThere)
    {
        _nodes.Set(Some.Node("a", unschedulable: true, labels: [("disk", "fast"), ("zone", "1")]));
        _nodes.Set(Some.Node("b", labels: [("disk", "fast"), ("zone", "2")]));
        _nodes.Set(Some.Node("slow", labels: [("disk", "slow"), ("zone", "3")]));

        var destination = _judge.Judge(selector.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=')).ToDictionary(l => l[0], l => l[1]), current);

        Assert.Equal((problem, isThere), (destination.Problem?.ToString(), destination.IsThere));
    }

    [Theory]
    [InlineData(null, null, true)] // no virt-handler labels anything: then the label says nothing
    [InlineData("true", "true", true)]
    [InlineData("false", "true", false)]
    [InlineData(null, "true", false)] // no virt-handler here
    public void A_node_without_virt_handler_takes_no_machines(string? label, string? elsewhere, bool takes)
    {
        _nodes.Set(Some.Node("a", labels: label is null ? [] : [("kubevirt.io/schedulable", label)]));
        _nodes.Set(Some.Node("b", labels: elsewhere is null ? [] : [("kubevirt.io/schedulable", elsewhere)]));

        Assert.Equal(takes, _judge.Judge(_judge.SelectorOf(new() { NodeName = "a" }), null).Problem is null);
    }

    [Fact]
    public void A_node_that_says_nothing_of_itself_takes_machines()
    {
        var bare = Some.Node("a");
        _nodes.Set(bare with { Spec = null, Status = null });

        Assert.Null(_judge.Judge(_judge.SelectorOf(new() { NodeName = "a" }), null).Problem);
    }

    [Fact]
    public void A_nodes_hostname_may_differ_from_its_name()
    {
        var node = Some.Node("a.example");
        _nodes.Set(node with { Metadata = node.Metadata with { Labels = new Dictionary<string, string> { [Nodes.HostnameLabel] = "a" } } });

        Assert.Equal(new Dictionary<string, string> { [Nodes.HostnameLabel] = "a" }, _judge.SelectorOf(new() { NodeName = "a.example" }));
        Assert.Equal(new Dictionary<string, string> { [Nodes.HostnameLabel] = "unknown" }, _judge.SelectorOf(new() { NodeName = "unknown" }));
        Assert.Empty(_judge.SelectorOf(new()));
        Assert.Empty(_judge.SelectorOf(null));
        Assert.Empty(_judge.SelectorOf(new() { NodeSelector = new Dictionary<string, string>() }));
    }
}
