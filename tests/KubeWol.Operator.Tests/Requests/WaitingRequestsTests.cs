using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Which requests look again when a machine changes.</summary>
public sealed class WaitingRequestsTests
{
    private readonly ResourceCache<WakeRequest> _requests = new();

    [Fact]
    public void A_machine_brings_back_the_requests_for_its_name_in_its_namespace()
    {
        Add(
            Some.Request("team-a/mine", name: "web-01"), Some.Request("team-a/other", name: "web-02"),
            Some.Request("team-b/stranger", name: "web-01"));

        Assert.Equal(["team-a/mine"], ByMachine());
        Assert.Equal(["team-a/mine"], ByInstance());
    }

    [Fact]
    public void A_machine_brings_back_the_requests_for_any_of_its_addresses_however_spelt()
    {
        Add(
            Some.Heard("52:54:00:00:00:01"), Some.Request("team-b/tenant", mac: "52-54-00-00-00-02"),
            Some.Request("team-b/other", mac: "52:54:00:00:00:03"));

        Assert.Equal(["kubewol-system/heard", "team-b/tenant"], ByMachine("52-54-00-00-00-01", "52:54:00:00:00:02"));
        Assert.Equal(["kubewol-system/heard", "team-b/tenant"], ByInstance("52:54:00:00:00:01", "52:54:00:00:00:02"));
    }

    [Fact]
    public void A_machine_brings_back_the_requests_that_found_it_whatever_address_it_has_now()
    {
        Add(Some.Heard() with { Status = Found("web-01") });

        Assert.Equal(["kubewol-system/heard"], ByMachine("52:54:00:00:00:09"));
        Assert.Equal(["kubewol-system/heard"], ByInstance());
    }

    [Fact]
    public void A_machine_that_takes_over_the_address_is_noticed_too()
    {
        Add(Some.Heard() with { Status = Found("old") });

        Assert.Equal(["kubewol-system/heard"], ByMachine(Some.Mac));
    }

    [Theory]
    [InlineData(WakePhase.Pending, true)]
    [InlineData(WakePhase.Running, true)]
    [InlineData(WakePhase.Succeeded, false)]
    [InlineData(WakePhase.Failed, false)]
    public void A_finished_request_looks_no_more(WakePhase phase, bool looks)
    {
        Add(Some.Heard() with { Status = Found("web-01") with { Phase = phase } });
        Add(Some.Request("team-a/named", name: "web-01") with { Status = new() { Phase = phase } });

        Assert.Equal(looks, ByMachine(Some.Mac).Any());
        Assert.Equal(looks, ByInstance(Some.Mac).Any());
    }

    [Fact]
    public void A_request_for_garbage_waits_for_nothing()
    {
        Add(Some.Heard("no address"));

        Assert.Empty(ByMachine("no address", null, ""));
    }

    private void Add(params IEnumerable<WakeRequest> requests)
    {
        foreach (var request in requests) _requests.Set(request);
    }

    private IEnumerable<string> ByMachine(params IReadOnlyList<string?> macs) =>
        WaitingRequests.For(_requests, Some.Vm(macs: macs.Count == 0 ? [null] : macs)).Select(k => $"{k}").Distinct().Order();

    private IEnumerable<string> ByInstance(params IReadOnlyList<string?> macs) =>
        WaitingRequests.For(_requests, Some.Vmi(macs: macs)).Select(k => $"{k}").Distinct().Order();

    private static WakeRequestStatus Found(string machine) =>
        new() { Phase = WakePhase.Running, VirtualMachine = new() { Namespace = "team-a", Name = machine } };
}
