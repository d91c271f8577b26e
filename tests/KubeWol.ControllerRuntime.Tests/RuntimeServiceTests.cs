using System.Threading.Channels;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Leadership;
using KubeWol.ControllerRuntime.Tests.Fakes;
using KubeWol.TestCluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KubeWol.ControllerRuntime.Tests;

/// <summary>Everything in its order, from the start of a process to its end. No other class may touch <see cref="Environment.ExitCode"/>.</summary>
public sealed class RuntimeServiceTests : IAsyncLifetime
{
    private static readonly LeaderLeaseOptions Lease = new() { Namespace = "system", Name = "lease", Identity = "me" };

    private readonly StillTime _time = new();
    private readonly FakeApi _api = new();
    private readonly LogRecorder _log = new();
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly List<IHost> _hosts = [];
    private readonly int _exitCode = Environment.ExitCode;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await host.StopAsync(impatient.Token);
            host.Dispose();
        }

        Environment.ExitCode = _exitCode;
        _log.Dispose();
    }

    [Fact]
    public async Task Work_begins_only_when_every_cache_is_full()
    {
        var (host, work) = await StartAsync();
        var state = host.Services.GetRequiredService<IRuntimeState>();
        Assert.False(state.IsSynced);
        Assert.True(state.IsLeading);
        Assert.False(work.Reader.TryPeek(out _));

        _api.AnswerList(Widget.Of("a", 1));

        var (key, cache) = await NextAsync(work);
        Assert.Equal(new("default", "a"), key);
        Assert.True(cache.Synced.IsCompleted);
        Assert.True(state.IsSynced);
    }

    [Fact]
    public async Task Who_cannot_fill_its_caches_does_not_take_the_lease_from_others_who_can()
    {
        await StartAsync(lease: Lease);
        for (var i = 0; i < 20; i++) _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_api.Lease.Holder);

        _api.AnswerList();

        await Eventually.BecomesTrueAsync("the lease is taken", () => _api.Lease.Holder == "me", Bounded.Test);
    }

    [Fact]
    public async Task A_standby_fills_its_caches_and_does_nothing_until_it_leads()
    {
        _api.Lease.Store("""{"holderIdentity":"other","leaseDurationSeconds":8}""");
        var (host, work) = await StartAsync(lease: Lease);
        var state = host.Services.GetRequiredService<IRuntimeState>();
        _api.AnswerList(Widget.Of("a", 1));
        await host.Services.GetRequiredService<ResourceCache<Widget>>().HoldsAsync("a:1");
        await Eventually.BecomesTrueAsync("it stands by", () => _log.Of(LogLevel.Information).Any(line => line == "other leads; me stands by for the lease system/lease"), Bounded.Test);

        Assert.True(state.IsSynced);
        Assert.False(state.IsLeading);
        Assert.False(work.Reader.TryPeek(out _));
        Assert.Equal(0, await _registry.ReadAsync("kubewol_leader"));

        _api.Lease.Store("""{"holderIdentity":""}""");
        await PassUntilAsync(() => state.IsLeading);

        Assert.Equal("a", (await NextAsync(work)).Key.Name);
        Assert.Equal(1, await _registry.ReadAsync("kubewol_leader"));
    }

    /// <summary>What its caches show may be as old as a connection that died without a word.</summary>
    [Fact]
    public async Task Who_takes_over_works_only_with_watches_that_were_begun_since()
    {
        _api.Lease.Store("{\"holderIdentity\":\"other\",\"leaseDurationSeconds\":8}");
        var (host, work) = await StartAsync(lease: Lease);
        var state = host.Services.GetRequiredService<IRuntimeState>();
        var tenure = host.Services.GetRequiredService<ITenure>();
        _api.AnswerList(Widget.Of("a", 1));
        await host.Services.GetRequiredService<ResourceCache<Widget>>().HoldsAsync("a:1");
        await Eventually.BecomesTrueAsync("it watches", () => _api.Watches == 1, Bounded.Test);
        Assert.False(tenure.IsFromBefore(Widget.Of("a", 1).Metadata));

        _api.WatchesAreAway = true;
        _api.Lease.Store("{\"holderIdentity\":\"\"}");
        await PassUntilAsync(() => state.IsLeading);
        Assert.False(work.Reader.TryPeek(out _));

        _api.WatchesAreAway = false;
        await PassUntilAsync(() => work.Reader.TryPeek(out _));
        Assert.Equal(2, _api.Watches);
        Assert.True(tenure.IsFromBefore(Widget.Of("a", 1).Metadata));
        Assert.False(tenure.IsFromBefore(Widget.Of("a", int.MaxValue).Metadata));
    }

    /// <summary>A standby may stand by for months.</summary>
    [Fact]
    public async Task What_comes_and_goes_leaves_nothing_behind_on_a_standby()
    {
        _api.Lease.Store("""{"holderIdentity":"other","leaseDurationSeconds":8}""");
        var (host, work) = await StartAsync(lease: Lease);
        var cache = host.Services.GetRequiredService<ResourceCache<Widget>>();
        _api.AnswerList(Widget.Of("stays", 1), Widget.Of("goes", 2));
        await cache.HoldsAsync("goes:2", "stays:1");
        await _api.SayAsync(Widget.Of("passes", 11).Event("ADDED"));
        foreach (var (name, version) in ((string, int)[])[("passes", 12), ("goes", 13)]) await _api.SayAsync(Widget.Of(name, version).Event("DELETED"));
        await cache.HoldsAsync("stays:1");
        Assert.Equal(0, await _registry.ReadAsync("""kubewol_queue_depth{controller="widgets"}"""));

        _api.Lease.Store("{}");
        await PassUntilAsync(() => work.Reader.TryPeek(out _));
        Assert.Equal("stays", (await NextAsync(work)).Key.Name);
        await _api.SayAsync(Widget.Of("comes", 14).Event("ADDED"));
        Assert.Equal("comes", (await NextAsync(work)).Key.Name);
    }

    [Fact]
    public async Task A_standby_that_is_told_to_stop_leaves_the_lease_alone()
    {
        _api.Lease.Store("""{"holderIdentity":"other","leaseDurationSeconds":8}""");
        var (host, _) = await StartAsync(lease: Lease);
        _api.AnswerList();

        await host.StopAsync(Bounded.Test).SoonAsync();

        Assert.Equal("other", _api.Lease.Holder);
        Assert.Equal(_exitCode, Environment.ExitCode);
    }

    [Fact]
    public async Task Who_is_told_to_stop_while_the_server_is_silent_stops()
    {
        var (host, _) = await StartAsync(lease: Lease);

        await host.StopAsync(Bounded.Test).SoonAsync();

        Assert.Null(_api.Lease.Lease);
    }

    [Fact]
    public async Task Losing_the_lease_cancels_the_work_and_ends_the_process_with_a_failure()
    {
        var (host, work) = await StartAsync(new Hold(Listens: true), Lease);
        _api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        var stopping = Stopping(host);

        _api.Lease.Store("""{"holderIdentity":"thief","leaseDurationSeconds":8}""");
        await PassUntilAsync(() => stopping.IsCompleted);

        await host.WaitForShutdownAsync(Bounded.Test).SoonAsync();
        Assert.Equal(1, Environment.ExitCode);
        Assert.Equal("thief", _api.Lease.Holder);
        Assert.Contains("me lost the lease system/lease and stops: thief took it", _log.Of(LogLevel.Error));
        Assert.Equal(1, await _registry.ReadAsync("""kubewol_reconcile_duration_seconds_count{controller="widgets",outcome="cancelled"}"""));
        Assert.Equal(0, await _registry.ReadAsync("kubewol_leader"));
    }

    [Fact]
    public async Task Losing_the_lease_ends_the_process_though_a_reconciler_does_not_listen()
    {
        var deaf = new Hold(Listens: false);
        var (host, work) = await StartAsync(deaf, Lease);
        _api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        var stopping = Stopping(host);

        _api.LeaseIsAway = true;
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
        _api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        var end = host.WaitForShutdownAsync(Bounded.Test);

        _api.LeaseIsAway = true;
        await PassUntilAsync(() => slow.Asked.Task.IsCompleted);

        const string cancelled = """kubewol_reconcile_duration_seconds_count{controller="widgets",outcome="cancelled"}""";
        await Eventually.BecomesTrueAsync("the work is cancelled", async () => await _registry.ReadAsync(cancelled) == 1, Bounded.Test);
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
        _api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        await WriteAsync();

        _time.Advance(Lease.RenewDeadline);

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
        _api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);

        var stop = host.StopAsync(Bounded.Test);
        var written = _api.Lease.Writes;
        await PassUntilAsync(() => _api.Lease.Writes >= written + 20); // far beyond the lease's duration
        Assert.Equal("me", _api.Lease.Holder);
        Assert.False(stop.IsCompleted);

        deaf.End.SetResult();
        await stop.SoonAsync();
        Assert.Equal("", _api.Lease.Holder);
        Assert.Equal(_exitCode, Environment.ExitCode);
    }

    [Fact]
    public async Task A_process_that_can_watch_no_more_ends_with_a_failure_and_lets_another_lead()
    {
        var (host, work) = await StartAsync(lease: Lease);
        _api.AnswerList(Widget.Of("a", 1));
        await NextAsync(work);
        var stopping = Stopping(host);
        host.Services.GetRequiredService<ResourceCache<Widget>>().Changed += (_, _, _) => throw new InvalidOperationException("a defect");

        await _api.SayAsync(Widget.Of("a", 11).Event("MODIFIED"));

        await stopping.SoonAsync();
        await Eventually.BecomesTrueAsync("the lease is released", () => _api.Lease.Holder == "", Bounded.Test);
        Assert.Equal(1, Environment.ExitCode);
    }

    [Fact]
    public async Task Events_of_other_kinds_lead_to_the_keys_they_concern_before_and_after()
    {
        var (_, work) = await StartAsync(configure: controller => controller
            .Watch(Widget.Type, (services, widget) => [new(null, widget.Spec!.Colour)])
            .Owns(Widget.Type, "Box"));
        var owned = Widget.Of("a", 1, "red");
        owned = owned with { Metadata = owned.Metadata with { OwnerReferences = [new("Box", "box-1", "u", true), new("Box", "box-2", "u"), new("Bag", "bag", "u", true)] } };
        _api.AnswerList(owned);
        Assert.Equal(["default/box-1", "red"], await NamesAsync(work, 2));

        await _api.SayAsync(Widget.Of("a", 11, "blue").Event("MODIFIED"));
        Assert.Equal(["blue", "default/box-1", "red"], await NamesAsync(work, 3));

        await _api.SayAsync(Widget.Of("a", 12, "blue").Event("DELETED"));
        Assert.Equal(["blue"], await NamesAsync(work, 1));
    }

    [Fact]
    public async Task An_object_is_looked_at_when_its_spec_changed_or_it_goes_and_not_for_its_status()
    {
        var (host, work) = await StartAsync();
        static Widget At(int version, int generation, string uid = "u") => Widget.Of("a", version, uid: uid).OfGeneration(generation);
        _api.AnswerList(At(1, 1));
        await NextAsync(work);

        await _api.SayAsync(At(11, 1).Event("MODIFIED"));                       // its status
        host.Services.GetRequiredService<IResourceCache<Widget>>().Observe(At(12, 1)); // our own write
        await _api.SayAsync(Widget.Of("b", 13).Event("ADDED"));
        Assert.Equal("b", (await NextAsync(work)).Key.Name);

        string[] changes =
        [
            At(14, 2).Event("MODIFIED"),
            At(15, 2).Deleting().Event("MODIFIED"),
            At(16, 2, "another").Event("MODIFIED"),
            At(17, 2, "another").Event("DELETED"),
        ];
        foreach (var change in changes)
        {
            await _api.SayAsync(change);
            Assert.Equal("a", (await NextAsync(work)).Key.Name);
        }
    }

    [Fact]
    public async Task What_changes_goes_before_what_was_there_when_the_work_began()
    {
        var hold = new Hold(Listens: true);
        var (host, work) = await StartAsync(hold, configure: controller => (controller.Workers, controller) = (1, controller.For(Widget.Type)));
        _api.AnswerList([.. Enumerable.Range(0, 9).Select(i => Widget.Of($"w{i}", 1))]);
        var first = (await NextAsync(work)).Key.Name;
        var late = first == "w7" ? "w6" : "w7";
        await _api.SayAsync(Widget.Of(late, 11).Event("MODIFIED"));
        await host.Services.GetRequiredService<ResourceCache<Widget>>().UntilAsync(c => c.Find(new("default", late))?.Metadata.ResourceVersion == "11");
        hold.End.SetResult();

        Assert.Equal(late, (await NextAsync(work)).Key.Name);
        Assert.DoesNotContain($"default/{late}", await NamesAsync(work, 7));
        Assert.False(work.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task A_key_to_start_with_is_looked_at_though_nothing_is_there()
    {
        var (_, work) = await StartAsync(configure: controller => controller.StartWith(new("default", "missing")).For(Widget.Type));
        Assert.False(work.Reader.TryPeek(out _));
        _api.AnswerList();

        var (key, cache) = await NextAsync(work);
        Assert.Equal(new("default", "missing"), key);
        Assert.Null(cache.Find(key));
    }

    [Fact]
    public void The_first_to_ask_for_a_kind_says_how_it_is_watched()
    {
        var services = new ServiceCollection().AddInformer(Widget.Type, new() { PageSize = 7 }).AddInformer(Widget.Type, new() { PageSize = 8 });

        Assert.Single(services, s => s.ServiceType == typeof(IInformer));
    }

    [Fact]
    public void Times_of_a_lease_that_do_not_go_together_stop_the_start() =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddLeaderLease(Lease with { RenewDeadline = TimeSpan.FromSeconds(20) }));

    /// <summary>Starts a process; its reconciler tells of each key, and then waits for <paramref name="hold"/>, if given.</summary>
    private async Task<(IHost Host, Channel<(ResourceKey Key, IResourceCache<Widget> Cache)> Work)> StartAsync(
        Hold? hold = null, LeaderLeaseOptions? lease = null, Action<ControllerBuilder>? configure = null, Action<IServiceCollection>? services = null)
    {
        var work = Channel.CreateUnbounded<(ResourceKey, IResourceCache<Widget>)>();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton(_registry).AddSingleton(work);
        if (hold is not null) builder.Services.AddSingleton(hold);
        builder.Services.AddCluster(Clusters.Connect(_api));
        if (lease is not null) builder.Services.AddLeaderLease(lease);
        builder.Services.AddController<Telling>("widgets", configure ?? (c => c.For(Widget.Type)));
        services?.Invoke(builder.Services);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(Bounded.Test);
        return (host, work);
    }

    private static Task<(ResourceKey Key, IResourceCache<Widget> Cache)> NextAsync(Channel<(ResourceKey, IResourceCache<Widget>)> work) =>
        work.Reader.ReadAsync(Bounded.Test).SoonAsync()!;

    private static async Task<IEnumerable<string>> NamesAsync(Channel<(ResourceKey, IResourceCache<Widget>)> work, int count)
    {
        var names = new List<string>();
        for (var i = 0; i < count; i++) names.Add((await NextAsync(work)).Key.ToString());
        return names.Order(StringComparer.Ordinal);
    }

    private static Task Stopping(IHost host)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task;
    }

    /// <summary>Moves the time, a little at a time, until something is so.</summary>
    private Task PassUntilAsync(Func<bool> condition) => Eventually.BecomesTrueAsync("the time for it comes", () =>
    {
        for (var i = 0; i < 10 && !condition(); i++) _time.Advance(TimeSpan.FromMilliseconds(50));
        return condition();
    }, Bounded.Test);

    /// <summary>Keeps a reconciler at work until its end, or until it is cancelled if it listens.</summary>
    private sealed record Hold(bool Listens)
    {
        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
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

    private sealed class Telling(Channel<(ResourceKey, IResourceCache<Widget>)> work, IResourceCache<Widget> cache, IServiceProvider services) : IReconciler
    {
        public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
        {
            work.Writer.TryWrite((key, cache));
            if (services.GetService<Hold>() is { } hold) await hold.End.Task.WaitAsync(hold.Listens ? cancellationToken : CancellationToken.None);
            return Requeue.Never;
        }
    }
}
