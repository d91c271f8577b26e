using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>How long finished requests stay, in a storm and without one.</summary>
public sealed class LifetimesTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly Lifetimes _lifetimes;

    public LifetimesTests() => _lifetimes = new(_time);

    [Fact]
    public void Of_frames_that_came_to_nothing_a_thousand_an_hour_stay()
    {
        Assert.All(Enumerable.Range(0, Lifetimes.RefusedPerHour), _ => Assert.Equal(Hour, _lifetimes.Of(Refused())));
        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.Equal(Lifetimes.Brief, _lifetimes.Of(Refused())));

        _time.Advance(TimeSpan.FromSeconds(36)); // the share of ten
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => _lifetimes.Of(Refused()) == Hour));
    }

    [Fact]
    public void Nothing_else_stays_shorter_than_it_asked_for()
    {
        for (var i = 0; i < 2 * Lifetimes.RefusedPerHour; i++) _lifetimes.Of(Refused());

        Assert.Equal(Hour, _lifetimes.Of(Some.Heard() with { Status = new() { Phase = WakePhase.Succeeded } }));
        Assert.Equal(Hour, _lifetimes.Of(Some.Heard() with { Status = new() { Phase = WakePhase.Failed, Operation = WakeOperation.Start } }));
        Assert.Equal(Hour, _lifetimes.Of(Some.Request() with { Status = new() { Phase = WakePhase.Failed } }));
        Assert.Equal(TimeSpan.FromSeconds(5), _lifetimes.Of(Some.Request(ttl: 5) with { Spec = Some.Heard().Spec with { TtlSecondsAfterFinished = 5 }, Status = new() { Phase = WakePhase.Failed } }));
    }

    private static WakeRequest Refused() => Some.Heard() with { Status = new() { Phase = WakePhase.Failed, Reason = WakeReason.UnknownTarget, Operation = WakeOperation.None } };
}
