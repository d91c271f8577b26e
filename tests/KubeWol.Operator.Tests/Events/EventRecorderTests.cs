using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Events;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace KubeWol.Operator.Tests.Events;

/// <summary>What kubectl describe and kubectl events show.</summary>
public sealed class EventRecorderTests : IAsyncLifetime
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly FakeTimeProvider _time = new(Some.Noon.AddMicroseconds(123_456));
    private FakeApi _api = null!;
    private EventRecorder _events = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApi.StartAsync();
        _api.Respond = call => new(201, call.Body);
        _events = Recorder();
    }

    public async ValueTask DisposeAsync()
    {
        await _events.StopAsync(CancellationToken.None);
        _events.Dispose();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task An_Event_is_complete_and_of_the_newer_sort()
    {
        _events.Finished(Finished(Some.Heard()), [new Machine(Some.Vm(), null)]);

        var told = await ToldAsync(2);

        Assert.Equal(
            """
            {"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"heard.8efc0742c5d02290","namespace":"kubewol-system","generation":0},"eventTime":"2026-11-22T12:00:00.123456Z",
            "reportingController":"kubewol.io/operator","reportingInstance":"HOST","action":"Wake","reason":"Started","type":"Normal","note":"it runs",
            "regarding":{"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","namespace":"kubewol-system","name":"heard","uid":"uid-of-kubewol-system-heard"},
            "related":{"apiVersion":"kubevirt.io/v1","kind":"VirtualMachine","namespace":"team-a","name":"web-01","uid":"uid-of-team-a-web-01"}}
            """.ReplaceLineEndings("").Replace("HOST", Environment.MachineName, StringComparison.Ordinal),
            told[0]);
        Assert.Equal("POST /apis/events.k8s.io/v1/namespaces/kubewol-system/events", _api.Calls[0].ToString());
    }

    [Fact]
    public async Task The_one_on_the_machine_says_who_asked()
    {
        _events.Finished(Finished(Some.Heard()), [new Machine(Some.Vm(), null)]);
        var bare = Some.Heard();
        _events.Finished(
            Finished(bare with { Spec = bare.Spec with { Frame = bare.Spec.Frame! with { SourceIp = null } } }), [new Machine(Some.Vm(), null)]);
        _events.Finished(Finished(Some.Request()), [new Machine(Some.Vm(), null)]);

        Assert.Equal(
            [
                "it runs (a Wake-on-LAN message from 192.0.2.7, heard on node-a bond0)",
                "it runs (a Wake-on-LAN message from 02:00:00:00:00:aa, heard on node-a bond0)",
                "it runs (WakeRequest team-a/wake)",
            ],
            (await ToldAsync(6)).Select(Read).Where(e => e.Regarding!.Kind == "VirtualMachine").Select(e => e.Note));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Where_no_single_machine_was_meant_only_the_request_has_one(int machines)
    {
        _events.Finished(Finished(Some.Heard()), [.. Enumerable.Range(0, machines).Select(i => new Machine(Some.Vm($"team-a/web-{i}"), null))]);
        _events.Finished(Finished(Some.Request("default/last")), []);

        Assert.Equal(["heard", "last"], (await ToldAsync(2)).Select(e => Read(e).Regarding!.Name));
        Assert.Null(Read((await ToldAsync(2))[0]).Related);
    }

    [Theory]
    [InlineData(WakePhase.Succeeded, "Normal")]
    [InlineData(WakePhase.Failed, "Warning")]
    public async Task A_failure_is_a_warning(WakePhase phase, string type)
    {
        _events.Finished(Finished(Some.Heard(), phase), []);

        Assert.Equal(type, Read((await ToldAsync(1))[0]).Type);
    }

    [Fact]
    public async Task The_same_story_has_the_same_names_and_another_story_has_others()
    {
        var machine = new Machine(Some.Vm(), null);
        var request = Some.Heard();
        _events.Finished(Finished(request), [machine]);
        _events.Finished(Finished(request), [machine]);
        _events.Finished(Finished(request, reason: WakeReason.AlreadyActive), [machine]);
        _events.Finished(Finished(request with { Metadata = request.Metadata with { Uid = "another" } }), [machine]);

        var names = (await ToldAsync(8)).Select(e => Read(e).Metadata.Name).ToList();

        Assert.Equal(names[..2], names[2..4]);
        Assert.Equal(6, names.Distinct().Count());
        Assert.All(names, n => Assert.Matches("^(heard|web-01)\\.[0-9a-f]{16}$", n));
    }

    [Theory]
    [InlineData('a', 253, 236)]
    [InlineData('-', 252, 100)] // no label may end in a hyphen
    [InlineData('.', 252, 100)]
    public async Task The_longest_names_still_give_valid_names(char filler, int length, int kept)
    {
        var name = new string('a', 100) + new string(filler, length - 100) + (filler == 'a' ? "" : "z");
        _events.Finished(Finished(Some.Request($"team-a/{name}")), []);

        Assert.Matches($"^a{{{kept}}}\\.[0-9a-f]{{16}}$", Read((await ToldAsync(1))[0]).Metadata.Name);
    }

    [Fact]
    public async Task A_note_is_never_longer_than_the_server_takes()
    {
        _events.Finished(Finished(Some.Heard(), message: new string('ä', 1024)), [new Machine(Some.Vm(), null)]);

        Assert.All((await ToldAsync(2)).Select(e => Read(e).Note!), n => Assert.InRange(Encoding.UTF8.GetByteCount(n), 1000, 1024));
    }

    [Fact]
    public async Task What_was_told_already_is_not_an_error()
    {
        _api.Respond = _ => Answer.Refuse(409, "AlreadyExists", "events \"heard\" already exists");
        _events.Finished(Finished(Some.Heard()), [new Machine(Some.Vm(), null)]);

        await ToldAsync(2);

        Assert.Equal(0, await DroppedAsync());
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)] // the namespace is gone
    [InlineData(422)]
    public async Task An_Event_that_cannot_be_written_is_counted_and_the_next_one_is_told(int status)
    {
        _api.Respond = call => _api.Calls.Count > 1 ? new(201, call.Body) : status < 0 ? new(status) : Answer.Refuse(status, "No", "no");
        _events.Finished(Finished(Some.Request("team-a/lost")), []);
        _events.Finished(Finished(Some.Request("team-a/told")), []);

        Assert.Equal(["lost", "told"], (await ToldAsync(2)).Select(e => Read(e).Regarding!.Name));
        Assert.Equal(1, await DroppedAsync());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    [InlineData(Answer.Cut)]
    public async Task An_Event_is_tried_three_times(int status)
    {
        _api.Respond = call => _api.Calls.Count is not (1 or 2 or 4 or 5 or 6) ? new(201, call.Body) : status < 0 ? new(status) : Answer.Refuse(status, "No", "no");
        foreach (var name in (string[])["late", "lost", "told"]) _events.Finished(Finished(Some.Request($"team-a/{name}")), []);

        Assert.Equal(["late", "late", "late", "lost", "lost", "lost", "told"], (await ToldAsync(7)).Select(e => Read(e).Regarding!.Name));
        Assert.Equal(1, await DroppedAsync());
    }

    [Theory]
    [InlineData(100, 300)]
    [InlineData(5_000, 1_000)]
    public async Task The_slower_the_server_answers_the_longer_it_is_left_alone_but_for_a_second_at_the_most(int takes, int rest)
    {
        ConcurrentQueue<(DateTimeOffset Asked, DateTimeOffset Answered)> calls = [];
        _api.Respond = call =>
        {
            var asked = _time.GetUtcNow();
            _time.Advance(TimeSpan.FromMilliseconds(takes));
            calls.Enqueue((asked, _time.GetUtcNow()));
            return new(201, call.Body);
        };
        _events.Finished(Finished(Some.Heard()), [new Machine(Some.Vm(), null)]);
        await ToldAsync(2);
        await TestCluster.Eventually.BecomesTrueAsync("both are answered", () => calls.Count == 2, TestContext.Current.CancellationToken);

        Assert.InRange((calls.Last().Asked - calls.First().Answered).TotalMilliseconds, rest, rest + 10_000); // the clock goes on while we wait
    }

    [Fact]
    public async Task Events_in_excess_are_dropped_and_counted_and_nobody_waits()
    {
        for (var i = 0; i < EventRecorder.Capacity + 7; i++) _events.Finished(Finished(Some.Heard()), []);

        Assert.Equal(7, await DroppedAsync());
    }

    private EventRecorder Recorder() =>
        new(new ClusterClient(_api.Connection, _time), new OperatorMetrics(_registry), _time, NullLogger<EventRecorder>.Instance);

    private static WakeRequest Finished(
        WakeRequest request, WakePhase phase = WakePhase.Succeeded, WakeReason reason = WakeReason.Started, string message = "it runs") =>
        request with { Status = new() { Action = WakeAction.Wake, Phase = phase, Reason = reason, Message = message } };

    /// <summary>Lets the recorder send, and returns so many bodies once they have arrived.</summary>
    private async Task<IReadOnlyList<string>> ToldAsync(int count)
    {
        if (_events.ExecuteTask is null) await _events.StartAsync(TestContext.Current.CancellationToken);
        await TestCluster.Eventually.BecomesTrueAsync(
            $"{count} Events arrive",
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(100)); // what is tried again waits a moment
                return _api.Calls.Count >= count;
            },
            TestContext.Current.CancellationToken);
        return [.. _api.Calls.Take(count).Select(c => c.Body)];
    }

    private Task<double> DroppedAsync() => _registry.ValueAsync("kubewol_events_dropped_total");

    private static KubernetesEvent Read(string body) => JsonSerializer.Deserialize(body, OperatorJson.Default.KubernetesEvent)!;
}
