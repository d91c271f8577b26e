using KubeWol.Agent.Delivery;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>How often the API server is asked for the time.</summary>
public sealed class ClockReaderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_asked_until_it_is_known_for_long_and_then_rarely_and_less_often_where_answers_tell_nothing()
    {
        using var state = new StateDirectory();
        await using var api = await ScriptedApi.StartAsync(tellsTime: false);
        using var connection = ClusterConnection.Open(state.Write("kubeconfig", ScriptedApi.Kubeconfig(api.Address)));
        var time = new StillTime();
        var clock = new ClusterClock(time, new MetricsPage().Agent, NullLogger<ClusterClock>.Instance);
        using var reader = new ClockReader(clock, Some.Spool(new()), new(connection, time), Some.Options, time);
        await reader.StartAsync(Cancel);

        // Nothing is learnt from these answers: the client does not pass their dates on.
        for (var i = 0; i < 20; i++)
        {
            var question = await api.NextAsync();
            Assert.Equal("GET /apis/kubewol.io/v1alpha1/namespaces/kubewol-system/wakerequests/kubewol-agent-clock?resourceVersion=0", $"{question}");
            await question.RefuseAsync(404, "NotFound");
            Assert.Equal(TimeSpan.FromMilliseconds(310), await time.WaitBegunAsync(TimeSpan.FromSeconds(29)));
            time.Advance(TimeSpan.FromMilliseconds(310));
        }

        await (await api.NextAsync()).RefuseAsync(404, "NotFound");
        var busy = await time.WaitBegunAsync(TimeSpan.FromSeconds(29)); // the question itself has 30 s
        Assert.InRange(busy, TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(7.5));

        time.Advance(busy);
        await (await api.NextAsync()).CutAsync(midway: false);
        Assert.Equal(TimeSpan.FromSeconds(5), await time.WaitBegunAsync(TimeSpan.FromSeconds(29)));
        time.Advance(TimeSpan.FromSeconds(5));

        // Now it is known, but will not be for long.
        var (noon, now, later7) = (new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), time.GetTimestamp(), time.GetTimestamp() + time.TimestampFrequency * 7 / 10);
        clock.Said(noon, now, now);
        clock.Said(noon, later7, later7); // seven tenths of a second later it is still that second
        Assert.InRange(clock.Doubt!.Value, TimeSpan.Zero, ClusterClock.GoodEnough);
        await (await api.NextAsync()).RefuseAsync(404, "NotFound");
        var fair = await NextWaitAsync();
        Assert.InRange(fair, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(45));

        var later9 = now + time.TimestampFrequency * 9 / 10;
        clock.Said(noon, later9, later9);
        time.Advance(fair);
        await (await api.NextAsync()).RefuseAsync(404, "NotFound");
        var later = await NextWaitAsync();
        Assert.InRange(later, TimeSpan.FromMinutes(2.5), TimeSpan.FromMinutes(7.5));
        await reader.StopAsync(Cancel).SoonAsync();

        // The question itself has 30 s exactly; waits are spread.
        async Task<TimeSpan> NextWaitAsync()
        {
            var wait = await time.WaitBegunAsync(TimeSpan.FromMinutes(8));
            return wait == TimeSpan.FromSeconds(30) ? await NextWaitAsync() : wait;
        }
    }
}
