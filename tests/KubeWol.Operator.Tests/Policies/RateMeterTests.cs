using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Policies;

/// <summary>Buckets: so many at once, and then one whenever its share of the time has passed.</summary>
public sealed class RateMeterTests
{
    private static readonly RateLimit ThreeInAMinute = new() { Requests = 3, Seconds = 60 };
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly RateMeter _meter;
    private int _requests;

    public RateMeterTests() => _meter = new(_time);

    [Fact]
    public void So_many_pass_at_once_and_then_one_for_each_share_of_the_time()
    {
        var policy = Policy(new() { PerMachine = ThreeInAMinute });

        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => Passes(policy)));
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(Passes(policy));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([true, false], [Passes(policy), Passes(policy)]);
        _time.Advance(TimeSpan.FromMinutes(10)); // full again, and no fuller
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => Passes(policy)));
    }

    [Fact]
    public void Machines_senders_and_policies_have_buckets_of_their_own()
    {
        var (machines, senders, total) = (Policy(new() { PerMachine = ThreeInAMinute }), Policy(new() { PerSender = ThreeInAMinute }), Policy(new() { Total = ThreeInAMinute }));
        for (var i = 0; i < 3; i++) Assert.True(Passes(machines) && Passes(senders) && Passes(total));

        Assert.True(Passes(machines, machine: "other"));
        Assert.False(Passes(machines, sender: "02:00:00:00:00:bb"));
        Assert.True(Passes(senders, sender: "02:00:00:00:00:bb"));
        Assert.False(Passes(senders, machine: "other"));
        Assert.False(Passes(total, machine: "other", sender: "02:00:00:00:00:bb"));
    }

    [Fact]
    public void What_one_limit_stops_costs_the_others_nothing()
    {
        var policy = Policy(new() { PerMachine = ThreeInAMinute, Total = new() { Requests = 4, Seconds = 60 } });
        for (var i = 0; i < 10; i++) Passes(policy);

        Assert.Equal([true, false], [Passes(policy, machine: "other"), Passes(policy, machine: "third")]);
    }

    [Fact]
    public void A_request_is_counted_once_until_it_has_ended()
    {
        var policy = Policy(new() { Total = new() { Requests = 1, Seconds = 60 } });
        var (first, second) = (Request(), Request());

        Assert.Equal([true, true, false, false], [Asks(policy, first), Asks(policy, first), Asks(policy, second), Asks(policy, second)]);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(Asks(policy, second)); // what was refused stays refused
        _meter.Forget(second);
        Assert.True(Asks(policy, second));
    }

    [Fact]
    public void A_flood_of_senders_takes_no_more_memory_than_there_are_buckets()
    {
        var policy = Policy(new() { PerSender = ThreeInAMinute });
        for (var i = 0; i < RateMeter.Capacity; i++) Assert.True(Passes(policy, sender: $"{i}"));

        Assert.False(Passes(policy, sender: "one more"));
        Assert.True(Passes(policy, sender: "0"));
        _time.Advance(TimeSpan.FromSeconds(41)); // all but the one asked twice are full, and forgotten
        Assert.True(Passes(policy, sender: "one more"));
    }

    [Fact]
    public void Without_limits_everything_passes()
    {
        Assert.True(Passes(Policy(null)));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(Passes(Policy(new()))));
    }

    private static WakePolicy Policy(RateLimits? limits) => new() { Metadata = new() { Namespace = "team-a", Name = "some", Uid = $"{Guid.NewGuid()}" }, Spec = new() { RateLimits = limits } };

    private bool Passes(WakePolicy policy, string machine = "web-01", string sender = "02:00:00:00:00:aa") => _meter.Admits(policy, Request(sender), new("team-a", machine));

    private bool Asks(WakePolicy policy, WakeRequest request) => _meter.Admits(policy, request, new ResourceKey("team-a", "web-01"));

    private WakeRequest Request(string sender = "02:00:00:00:00:aa")
    {
        var heard = Some.Heard();
        return heard with { Metadata = heard.Metadata with { Uid = $"uid-{++_requests}" }, Spec = heard.Spec with { Frame = heard.Spec.Frame! with { SourceMac = sender } } };
    }
}
