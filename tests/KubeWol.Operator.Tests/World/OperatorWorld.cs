using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Events;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace KubeWol.Operator.Tests.World;

/// <summary>
/// The operator's parts around real caches, before an API server that stores requests and takes Events. The test plays the watch
/// (<see cref="See(VirtualMachine)"/>), the queue (<see cref="PassAsync()"/>) and KubeVirt (<see cref="KubeVirtSays"/>).
/// </summary>
internal sealed class OperatorWorld : IAsyncDisposable, ITenure
{
    private readonly ConcurrentDictionary<string, JsonObject> _stored = new();
    private readonly ClusterClient _client;
    private readonly bool _isApiShared;
    private WakeRequestReconciler _reconciler = null!;

    private OperatorWorld(FakeApi api, OperatorOptions options, bool isApiShared)
    {
        _isApiShared = isApiShared;
        Options = options;
        Api = api;
        api.Respond = Respond;
        _client = new(api.Connection, Time);
        Metrics = new(Registry);
        Events = new(_client, Metrics, Time, NullLogger<EventRecorder>.Instance);
        RestartOperator();
    }

    public FakeApi Api { get; }

    public OperatorOptions Options { get; }

    public ResourceCache<WakeRequest> Requests { get; } = new();

    public ResourceCache<VirtualMachine> Machines { get; } = new();

    public ResourceCache<VirtualMachineInstance> Instances { get; } = new();

    public ResourceCache<Migration> Migrations { get; } = new();

    public ResourceCache<Node> Nodes { get; } = new();

    public ResourceCache<WakeTemplate> Templates { get; } = new();

    public ResourceCache<WakePolicy> Policies { get; } = new();

    public KnownPasswords Passwords { get; } = new();

    public FakeTimeProvider Time { get; } = new(Some.Noon);

    public CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    public OperatorMetrics Metrics { get; }

    public EventRecorder Events { get; }

    /// <summary>The version of the store at which this operator began to lead.</summary>
    public long LeadsSince { get; set; }

    /// <summary>The request that this test is about.</summary>
    public ResourceKey Key { get; private set; }

    /// <summary>The answers to the next calls of a subresource; accepted when there are none left.</summary>
    public Queue<Answer> KubeVirtSays { get; } = [];

    /// <summary>Answers in place of the server, once each.</summary>
    public Queue<Answer> Instead { get; } = [];

    public IReadOnlyList<string> Calls => [.. Api.Calls.Select(c => c.ToString())];

    public IReadOnlyList<string> SubresourceCalls =>
        [.. Api.Calls.Where(c => c.Method == "PUT").Select(c => c.Path[(c.Path.LastIndexOf('/') + 1)..])];

    public int StatusWrites => Api.Calls.Count(c => c.Method == "PATCH");

    /// <summary>The request as the cache shows it.</summary>
    public WakeRequest Request => Requests.Find(Key)!;

    public WakeRequestStatus Status => Request.Status!;

    /// <summary>The request's conditions, a line each.</summary>
    public IReadOnlyList<string> Conditions =>
        [.. Status.Conditions!.Select(c => $"{c.Type}={c.Status} {c.Reason} {c.LastTransitionTime:HH:mm:ss}: {c.Message}")];

    /// <summary>Whether the server still has the request.</summary>
    public bool IsStored => _stored.ContainsKey(WakeRequest.Type.Path(Key));

    public static Task<OperatorWorld> WithAsync(WakeRequest request, params IReadOnlyList<VirtualMachine> machines) => WithAsync(Some.Options, request, machines);

    public static async Task<OperatorWorld> WithAsync(OperatorOptions options, WakeRequest request, params IReadOnlyList<VirtualMachine> machines)
    {
        var world = await StartAsync(options);
        world.Key = ResourceKey.Of(request);
        world.Store(request);
        foreach (var machine in machines) world.See(machine);
        return world;
    }

    /// <param name="options">How the operator is started.</param>
    /// <param name="shared">A server that has served other worlds before this one; null for one of its own.</param>
    public static async Task<OperatorWorld> StartAsync(OperatorOptions options, FakeApi? shared = null)
    {
        shared?.Forget();
        return new(shared ?? await FakeApi.StartAsync(), options, shared is not null);
    }

    public bool IsFromBefore(ResourceMetadata read) => long.Parse(read.ResourceVersion!, System.Globalization.CultureInfo.InvariantCulture) < LeadsSince;

    /// <summary>One look of the reconciler at the request.</summary>
    public Task<Requeue> PassAsync() => _reconciler.ReconcileAsync(Key, TestContext.Current.CancellationToken);

    /// <summary>A look at another key.</summary>
    public Task<Requeue> PassAsync(ResourceKey key) => _reconciler.ReconcileAsync(key, TestContext.Current.CancellationToken);

    public async Task<Requeue> PassAfterAsync(double seconds)
    {
        Time.Advance(TimeSpan.FromSeconds(seconds));
        return await PassAsync();
    }

    /// <summary>Another process, with nothing but what the cluster shows.</summary>
    public void RestartOperator()
    {
        var templates = new TemplateFinder(Templates, Options);
        var sources = new TemplateSources(_client);
        var book = new PolicyBook(Policies, Options);
        var meter = new RateMeter(Time);
        var judge = new RequestJudge(book, templates, Passwords, new(Requests, Time), meter);
        var finder = new MachineFinder(Machines, Instances, new(Machines, Instances, Options, Time), book, Options);
        var reader = new RequestReader(Requests, finder, new(Nodes), Migrations, templates, judge, Options, Time);
        var operations = new KubeVirtMachines(
            _client, Machines, new(_client, Machines), new(_client, Migrations), new(_client), new(_client, templates, sources, new(_client, sources)));
        _reconciler = new(
            Requests, reader, new(), operations, new(_client, Migrations), new(_client, Requests, Options, Time), Events, meter, new(Time), _client, this, Metrics, Time,
            NullLogger<WakeRequestReconciler>.Instance);
    }

    /// <summary>The watch brings a machine.</summary>
    public void See(VirtualMachine machine)
    {
        WriteBehindTheCache(machine);
        Machines.Set(machine);
    }

    public void See(WakePolicy policy) => Policies.Set(policy);

    public void See(WakeTemplate template) => Templates.Set(template);

    public void See(VirtualMachineInstance instance) => Instances.Set(instance);

    public void Lose(VirtualMachine machine) => Machines.Remove(ResourceKey.Of(machine));

    /// <summary>The server gets a request, or another version of one, and the watch brings it.</summary>
    public void Store(WakeRequest request)
    {
        Write(request);
        Requests.Set(request);
    }

    /// <summary>The machine changes, and the watch has not brought it yet.</summary>
    public void WriteBehindTheCache(VirtualMachine machine) =>
        _stored[VirtualMachine.Type.Path(ResourceKey.Of(machine))] =
            JsonSerializer.SerializeToNode(machine, ApiJson.Default.VirtualMachine)!.AsObject();

    /// <summary>Somebody else writes the request, and the watch has not brought it yet.</summary>
    public void WriteBehindTheCache(WakeRequestStatus status) =>
        Write(Request with { Metadata = Request.Metadata with { ResourceVersion = Some.NextVersion() }, Status = status });

    /// <summary>Somebody else touches the request, and the watch has not brought it yet.</summary>
    public WakeRequest WriteBehindTheCache()
    {
        var next = Request with { Metadata = Request.Metadata with { ResourceVersion = Some.NextVersion(), Labels = new Dictionary<string, string> { ["mine"] = "yes" } } };
        Write(next);
        return next;
    }

    public void See(WakeRequest request) => Requests.Set(request);

    /// <summary>The watch of requests catches up.</summary>
    public void SeeRequests() =>
        Requests.Replace([.. _stored.Where(s => s.Key.Contains("/wakerequests/", StringComparison.Ordinal)).Select(s => s.Value.Deserialize(ApiJson.Default.WakeRequest)!)]);

    /// <summary>The Events written so far, as kubectl would show them: type, reason, object and note.</summary>
    public async Task<IReadOnlyList<string>> ToldAsync()
    {
        // Events are sent in their order: once a last one has arrived, so have all before it.
        Events.Finished(Some.Request("default/the-end") with { Status = new() { Phase = WakePhase.Failed, Reason = WakeReason.Unknown } }, []);
        await Events.StartAsync(TestContext.Current.CancellationToken);
        await TestCluster.Eventually.BecomesTrueAsync(
            "the last Event arrives", () => Posted().Any(e => e.Regarding!.Name == "the-end"), TestContext.Current.CancellationToken);
        return [.. Posted().Where(e => e.Regarding!.Name != "the-end").Select(e => $"{e.Type} {e.Reason} {e.Regarding!.Kind} {e.Regarding.Namespace}/{e.Regarding.Name}: {e.Note}")];
    }

    public async ValueTask DisposeAsync()
    {
        await Events.StopAsync(CancellationToken.None);
        Events.Dispose();
        if (!_isApiShared) await Api.DisposeAsync();
    }

    private IEnumerable<KubernetesEvent> Posted() =>
        Api.Calls.Where(c => c.Method == "POST").Select(c => JsonSerializer.Deserialize(c.Body, OperatorJson.Default.KubernetesEvent)!);

    private void Write(WakeRequest request) =>
        _stored[WakeRequest.Type.Path(ResourceKey.Of(request))] = JsonSerializer.SerializeToNode(request, ApiJson.Default.WakeRequest)!.AsObject();

    private Answer Respond(Call call)
    {
        if (Instead.TryDequeue(out var instead)) return instead;
        return call.Method switch
        {
            "PUT" => KubeVirtSays.TryDequeue(out var said) ? said : new(202),
            "POST" => new(201, call.Body),
            "GET" => _stored.TryGetValue(call.Path, out var found) ? new(200, found.ToJsonString()) : Answer.Refuse(404, "NotFound", "not found"),
            "PATCH" => Patch(call),
            "DELETE" => Delete(call),
            _ => Answer.Refuse(405, "MethodNotAllowed", call.ToString()),
        };
    }

    private Answer Patch(Call call)
    {
        if (!call.Path.EndsWith("/status", StringComparison.Ordinal)) return Answer.Refuse(403, "Forbidden", $"only the status is ours to write: {call}");
        var path = call.Path[..^"/status".Length];
        if (!_stored.TryGetValue(path, out var stored)) return Answer.Refuse(404, "NotFound", "not found");
        var patch = JsonNode.Parse(call.Body)!.AsObject();
        if ((string?)patch["metadata"]!["resourceVersion"] != (string?)stored["metadata"]!["resourceVersion"]) return Answer.Refuse(409, "Conflict", "the object has been modified");
        if (patch["status"] is null) return new(200, stored.ToJsonString()); // nothing changes
        stored["metadata"]!["resourceVersion"] = Some.NextVersion();
        stored["status"] = MergePatch.Applied(stored["status"], patch["status"]);
        return new(200, stored.ToJsonString());
    }

    private Answer Delete(Call call)
    {
        if (!_stored.TryGetValue(call.Path, out var stored)) return Answer.Refuse(404, "NotFound", "not found");
        if ((string?)JsonNode.Parse(call.Body)!["preconditions"]!["uid"] != (string?)stored["metadata"]!["uid"]) return Answer.Refuse(409, "Conflict", "the UID in the precondition is another one");
        _stored.TryRemove(call.Path, out _);
        return new(200, "{}");
    }
}
