using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>What requests cost: calls to the API server, and memory.</summary>
public sealed class CostTests(SharedApi shared) : IClassFixture<SharedApi>
{
    /// <summary>A verb that does something: one call to do it, and one report when it is begun and one when it is done.</summary>
    [Theory]
    [InlineData("stopped", "wake", "PUT PATCH PATCH")]
    [InlineData("paused", "wake", "PUT PATCH PATCH")]
    [InlineData("running", "pause", "PUT PATCH PATCH")]
    [InlineData("running", "stop", "PUT PATCH PATCH")]
    [InlineData("running", "destroy", "DELETE PATCH PATCH")]
    [InlineData("stopped", "move node-b", "PATCH PATCH PATCH")]
    [InlineData("running", "move node-b", "POST PATCH PATCH PATCH")] // and one when it has found its node
    [InlineData("running", "wake", "PATCH")]
    [InlineData("paused", "pause", "PATCH")]
    [InlineData("stopped", "stop", "PATCH")]
    [InlineData("starting", "wake", "PATCH PATCH")]
    [InlineData("stopping", "wake", "PATCH PUT PATCH PATCH")]
    public async Task No_call_is_made_that_can_be_avoided(string state, string request, string methods)
    {
        await new Scenario("Manual", state, request).PlayAsync(shared.Api);

        Assert.Equal(methods, string.Join(' ', shared.Api.Calls.Select(c => c.Method)));
    }

    [Fact]
    public void To_read_and_decide_takes_a_few_kilobytes_however_many_machines_and_requests_there_are()
    {
        var (few, many) = (Cost(10), Cost(20_000));

        Assert.InRange(few, 1, 8_192);
        Assert.InRange(many, 1, few + 512);
    }

    [Fact]
    public void A_hundred_rivals_cost_a_hundred_times_as_much_and_not_more()
    {
        var (one, hundred) = (Cost(10, rivals: 1), Cost(10, rivals: 100));

        Assert.InRange(hundred, 1, 100 * one);
    }

    /// <summary>The bytes allocated by reading one request and deciding about it, once everything is warm.</summary>
    private static long Cost(int machines, int rivals = 0)
    {
        var requests = new ResourceCache<WakeRequest>();
        var vms = new ResourceCache<VirtualMachine>();
        var vmis = new ResourceCache<VirtualMachineInstance>();
        for (var i = 0; i < machines; i++)
        {
            vms.Set(Some.Vm($"team-a/m{i}", macs: $"02:00:00:{i >> 16 & 255:x2}:{i >> 8 & 255:x2}:{i & 255:x2}"));
            requests.Set(Some.Request($"team-a/r{i}", mac: $"02:00:00:{i >> 16 & 255:x2}:{i >> 8 & 255:x2}:{i & 255:x2}"));
        }

        vms.Set(Some.Vm());
        vmis.Set(Some.Vmi(macs: Some.Mac));
        for (var i = 0; i < rivals; i++) requests.Set(Some.Request($"team-a/rival-{i}"));
        var request = Some.Request();
        requests.Set(request);
        var time = new FakeTimeProvider(Some.Noon);
        var book = new PolicyBook(new ResourceCache<WakePolicy>(), Some.Options);
        var templates = new TemplateFinder(new ResourceCache<WakeTemplate>(), Some.Options);
        var finder = new MachineFinder(vms, vmis, new(vms, vmis, Some.Options, time), book, Some.Options);
        var reader = new RequestReader(
            requests, finder, new(new ResourceCache<Node>()), new ResourceCache<Migration>(),
            templates, new(book, templates, new KnownPasswords(), new(requests, time), new(time)), Some.Options, time);
        for (var i = 0; i < 100; i++) VerbTable.Decide(reader.Read(request).Situation);

        const int Times = 100;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++) VerbTable.Decide(reader.Read(request).Situation);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
    }
}
