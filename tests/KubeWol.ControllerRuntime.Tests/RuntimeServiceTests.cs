using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;
using KubeWol.TestCluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Tests;

/// <summary>Everything in its order, from the start of a process to its end.</summary>
[Collection(nameof(RuntimeScene))]
public sealed class RuntimeServiceTests : RuntimeScene
{
    [Fact]
    public async Task Work_begins_only_when_every_cache_is_full()
    {
        var (host, work) = await StartAsync();
        var state = host.Services.GetRequiredService<IRuntimeState>();
        Assert.False(state.IsSynced);
        Assert.True(state.IsLeading);
        Assert.False(work.Reader.TryPeek(out _));

        Api.AnswerList(Widget.Of("a", 1));

        var (key, cache) = await NextAsync(work);
        Assert.Equal(new("default", "a"), key);
        Assert.True(cache.Synced.IsCompleted);
        Assert.True(state.IsSynced);
    }

    [Fact]
    public async Task Who_cannot_fill_its_caches_does_not_take_the_lease_from_others_who_can()
    {
        await StartAsync(lease: Lease);
        for (var i = 0; i < 20; i++) Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(Api.Lease.Holder);

        Api.AnswerList();

        await Eventually.BecomesTrueAsync("the lease is taken", () => Api.Lease.Holder == "me", Bounded.Test);
    }

    [Fact]
    public async Task A_standby_fills_its_caches_and_does_nothing_until_it_leads()
    {
        Api.Lease.Store("""{"holderIdentity":"other","leaseDurationSeconds":8}""");
        var (host, work) = await StartAsync(lease: Lease);
        var state = host.Services.GetRequiredService<IRuntimeState>();
        Api.AnswerList(Widget.Of("a", 1));
        await host.Services.GetRequiredService<ResourceCache<Widget>>().HoldsAsync("a:1");
        await Eventually.BecomesTrueAsync("it stands by", () => Log.Of(LogLevel.Information).Any(line => line == "other leads; me stands by for the lease system/lease"), Bounded.Test);

        Assert.True(state.IsSynced);
        Assert.False(state.IsLeading);
        Assert.False(work.Reader.TryPeek(out _));
        Assert.Equal(0, await Registry.ReadAsync("kubewol_leader"));

        Api.Lease.Store("""{"holderIdentity":""}""");
        await PassUntilAsync(() => state.IsLeading);

        Assert.Equal("a", (await NextAsync(work)).Key.Name);
        Assert.Equal(1, await Registry.ReadAsync("kubewol_leader"));
    }

    /// <summary>What its caches show may be as old as a connection that died without a word.</summary>
    [Fact]
    public async Task Who_takes_over_works_only_with_watches_that_were_begun_since()
    {
        Api.Lease.Store("{\"holderIdentity\":\"other\",\"leaseDurationSeconds\":8}");
        var (host, work) = await StartAsync(lease: Lease);
        var state = host.Services.GetRequiredService<IRuntimeState>();
        var tenure = host.Services.GetRequiredService<ITenure>();
        Api.AnswerList(Widget.Of("a", 1));
        await host.Services.GetRequiredService<ResourceCache<Widget>>().HoldsAsync("a:1");
        await Eventually.BecomesTrueAsync("it watches", () => Api.Watches == 1, Bounded.Test);
        Assert.False(tenure.IsFromBefore(Widget.Of("a", 1).Metadata));

        Api.WatchesAreAway = true;
        Api.Lease.Store("{\"holderIdentity\":\"\"}");
        await PassUntilAsync(() => state.IsLeading);
        Assert.False(work.Reader.TryPeek(out _));

        Api.WatchesAreAway = false;
        await PassUntilAsync(() => work.Reader.TryPeek(out _));
        Assert.Equal(2, Api.Watches);
        Assert.True(tenure.IsFromBefore(Widget.Of("a", 1).Metadata));
        Assert.False(tenure.IsFromBefore(Widget.Of("a", int.MaxValue).Metadata));
    }

    /// <summary>A standby may stand by for months.</summary>
    [Fact]
    public async Task What_comes_and_goes_leaves_nothing_behind_on_a_standby()
    {
        Api.Lease.Store("""{"holderIdentity":"other","leaseDurationSeconds":8}""");
        var (host, work) = await StartAsync(lease: Lease);
        var cache = host.Services.GetRequiredService<ResourceCache<Widget>>();
        Api.AnswerList(Widget.Of("stays", 1), Widget.Of("goes", 2));
        await cache.HoldsAsync("goes:2", "stays:1");
        await Api.SayAsync(Widget.Of("passes", 11).Event("ADDED"));
        foreach (var (name, version) in ((string, int)[])[("passes", 12), ("goes", 13)]) await Api.SayAsync(Widget.Of(name, version).Event("DELETED"));
        await cache.HoldsAsync("stays:1");
        Assert.Equal(0, await Registry.ReadAsync("""kubewol_queue_depth{controller="widgets"}"""));

        Api.Lease.Store("{}");
        await PassUntilAsync(() => work.Reader.TryPeek(out _));
        Assert.Equal("stays", (await NextAsync(work)).Key.Name);
        await Api.SayAsync(Widget.Of("comes", 14).Event("ADDED"));
        Assert.Equal("comes", (await NextAsync(work)).Key.Name);
    }

    [Fact]
    public async Task A_standby_that_is_told_to_stop_leaves_the_lease_alone()
    {
        Api.Lease.Store("""{"holderIdentity":"other","leaseDurationSeconds":8}""");
        var (host, _) = await StartAsync(lease: Lease);
        Api.AnswerList();

        await host.StopAsync(Bounded.Test).SoonAsync();

        Assert.Equal("other", Api.Lease.Holder);
        Assert.Equal(InitialExitCode, Environment.ExitCode);
    }

    [Fact]
    public async Task Who_is_told_to_stop_while_the_server_is_silent_stops()
    {
        var (host, _) = await StartAsync(lease: Lease);

        await host.StopAsync(Bounded.Test).SoonAsync();

        Assert.Null(Api.Lease.Lease);
    }

    [Fact]
    public async Task Losing_the_lease_cancels_the_work_and_ends_the_process_with_a_failure()
    {
        var (host, work) = await StartAsync(new Hold(Listens: true), Lease);
        Api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        var stopping = Stopping(host);

        Api.Lease.Store("""{"holderIdentity":"thief","leaseDurationSeconds":8}""");
        await PassUntilAsync(() => stopping.IsCompleted);

        await host.WaitForShutdownAsync(Bounded.Test).SoonAsync();
        Assert.Equal(1, Environment.ExitCode);
        Assert.Equal("thief", Api.Lease.Holder);
        Assert.Contains("me lost the lease system/lease and stops: thief took it", Log.Of(LogLevel.Error));
        Assert.Equal(1, await Registry.ReadAsync("""kubewol_reconcile_duration_seconds_count{controller="widgets",outcome="cancelled"}"""));
        Assert.Equal(0, await Registry.ReadAsync("kubewol_leader"));
    }

    [Fact]
    public async Task Losing_the_lease_ends_the_process_though_a_reconciler_does_not_listen()
    {
        var deaf = new Hold(Listens: false);
        var (host, work) = await StartAsync(deaf, Lease);
        Api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        var stopping = Stopping(host);

        Api.LeaseIsAway = true;
        await PassUntilAsync(() => stopping.IsCompleted);

        Assert.Equal(1, Environment.ExitCode);
        deaf.End.SetResult();
        await host.WaitForShutdownAsync(Bounded.Test).SoonAsync();
    }

    [Fact]
    public async Task Losing_the_lease_cancels_the_work_at_once_though_another_service_takes_its_time_to_stop()
    {
        var slow = new SlowToStop();
        var (host, work) = await StartAsync(new Hold(Listens: true), Lease, services: services => services.AddHostedService(_ => slow));
        Api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        var end = host.WaitForShutdownAsync(Bounded.Test);

        Api.LeaseIsAway = true;
        await PassUntilAsync(() => slow.Asked.Task.IsCompleted);

        const string cancelled = """kubewol_reconcile_duration_seconds_count{controller="widgets",outcome="cancelled"}""";
        await Eventually.BecomesTrueAsync("the work is cancelled", async () => await Registry.ReadAsync(cancelled) == 1, Bounded.Test);
        Assert.False(end.IsCompleted);
        slow.Stopped.SetResult();
        await end.SoonAsync();
    }

    [Fact]
    public async Task Who_was_frozen_until_its_lease_ran_out_writes_nothing_more_though_it_has_not_noticed_yet()
    {
        var (host, work) = await StartAsync(lease: Lease);
        var client = host.Services.GetRequiredService<ClusterClient>();
        await Assert.ThrowsAsync<HttpRequestException>(WriteAsync); // nor does a standby
        Api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        await WriteAsync();

        Time.Advance(Lease.RenewDeadline);

        var refused = await Assert.ThrowsAsync<HttpRequestException>(WriteAsync);
        Assert.Equal("PUT /api/v1/anything is not sent: this process does not hold the lease under which it writes", refused.Message);
        await client.SendAsync(HttpMethod.Get, "/api/v1/anything", null, null, Bounded.Test);

        Task WriteAsync() => client.SendAsync(HttpMethod.Put, "/api/v1/anything", "{}"u8.ToArray(), null, Bounded.Test).SoonAsync();
    }

    [Fact]
    public async Task The_lease_is_renewed_until_the_last_work_is_done_and_then_released_at_once()
    {
        var deaf = new Hold(Listens: false);
        var (host, work) = await StartAsync(deaf, Lease);
        Api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);

        var stop = host.StopAsync(Bounded.Test);
        var written = Api.Lease.Writes;
        await PassUntilAsync(() => Api.Lease.Writes >= written + 20); // far beyond the lease's duration
        Assert.Equal("me", Api.Lease.Holder);
        Assert.False(stop.IsCompleted);

        deaf.End.SetResult();
        await stop.SoonAsync();
        Assert.Equal("", Api.Lease.Holder);
        Assert.Equal(InitialExitCode, Environment.ExitCode);
    }

    [Fact]
    public async Task A_process_that_can_watch_no_more_ends_with_a_failure_and_lets_another_lead()
    {
        var (host, work) = await StartAsync(lease: Lease);
        Api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        var stopping = Stopping(host);
        host.Services.GetRequiredService<ResourceCache<Widget>>().Changed += (_, _, _) => throw new InvalidOperationException("a defect");

        await Api.SayAsync(Widget.Of("a", 11).Event("MODIFIED"));

        await stopping.SoonAsync();
        await Eventually.BecomesTrueAsync("the lease is released", () => Api.Lease.Holder == "", Bounded.Test);
        Assert.Equal(1, Environment.ExitCode);
    }

    [Fact]
    public void Times_of_a_lease_that_do_not_go_together_stop_the_start() =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddLeaderLease(Lease with { RenewDeadline = TimeSpan.FromSeconds(20) }));

    private static Task Stopping(IHost host)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task;
    }

    /// <summary>Stops before the runtime does, and not before it is let.</summary>
    private sealed class SlowToStop : IHostedService
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            return Stopped.Task.WaitAsync(cancellationToken);
        }
    }
}
