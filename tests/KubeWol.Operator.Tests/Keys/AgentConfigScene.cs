using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Keys;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Keys;

/// <summary>The reconciler of what agents are told, before an API server that stores it and the operator's key.</summary>
public abstract class AgentConfigScene : IAsyncLifetime
{
    private protected const string SecretPath = "/api/v1/namespaces/kubewol-system/secrets";
    private protected const string MapPath = "/api/v1/namespaces/kubewol-system/configmaps";
    private protected static readonly ResourceKey Config = new(Some.Agents, "kubewol-agents");

    private protected ResourceCache<OperatorKeySecret> Secrets { get; } = new();

    private protected ResourceCache<ConfigMap> Maps { get; } = new();

    private protected ResourceCache<WakePolicy> Policies { get; } = new();

    private protected ResourceCache<Pod> Pods { get; } = new();

    private protected ResourceCache<WakeTemplate> Templates { get; } = new();

    private protected FakeTimeProvider Time { get; } = new(Some.Noon);

    private protected Recorder Log { get; } = new();

    private protected SealingKeys Keys { get; }

    private protected FakeApi Api { get; private set; } = null!;

    private protected AgentConfigReconciler Reconciler { get; private set; } = null!;

    protected AgentConfigScene() => Keys = new(Secrets, Some.Options, Log.For<SealingKeys>());

    public async ValueTask InitializeAsync()
    {
        Api = await FakeApi.StartAsync();
        Api.Respond = Store;
        Reconciler = new(Secrets, Maps, Policies, Templates, new(Pods, Time), Keys, new(Api.Connection, Time), Some.Options, Time, Log.For<AgentConfigReconciler>());
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected AgentConfig Published => AgentConfig.Of(Maps.All.Single());

    private protected Task<Requeue> LookAsync() => Reconciler.ReconcileAsync(Config, TestContext.Current.CancellationToken);

    private protected void Policy(string key, params FrameOrigin[] from) => Policies.Set(new()
    {
        Metadata = new() { Namespace = key.Split('/')[0], Name = key.Split('/')[1], Uid = key, ResourceVersion = Some.NextVersion() },
        Spec = new() { From = from.Length == 0 ? null : from },
    });

    /// <summary>Stores what is written, and the watch tells at once.</summary>
    private Answer Store(Call call)
    {
        var body = JsonNode.Parse(call.Body)!.AsObject();
        switch (call.Method, call.Path)
        {
            case ("POST", SecretPath):
                Stamp(body);
                Secrets.Set(body.Deserialize(OperatorJson.Default.OperatorKeySecret)!);
                break;
            case ("POST", MapPath):
                Stamp(body);
                Maps.Set(body.Deserialize(ApiJson.Default.ConfigMap)!);
                break;
            case ("PATCH", $"{MapPath}/kubewol-agents"):
                var map = JsonSerializer.SerializeToNode(Maps.Find(Config)!, ApiJson.Default.ConfigMap)!.AsObject();
                map["data"] = MergePatch.Applied(map["data"], body["data"]);
                Stamp(body = map);
                break;
            default:
                throw new InvalidOperationException($"{call}");
        }

        return new((int)HttpStatusCode.OK, body.ToJsonString());

        static void Stamp(JsonObject body) => (body["metadata"]!["uid"], body["metadata"]!["resourceVersion"]) = ((string?)body["metadata"]!["uid"] ?? $"uid-{Some.NextVersion()}", Some.NextVersion());
    }

    private protected sealed class Recorder
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

        public ILogger<T> For<T>() => new Into<T>(Lines);

        private sealed class Into<T>(ConcurrentQueue<(LogLevel, string)> lines) : ILogger<T>
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue((logLevel, formatter(state, exception)));
        }
    }
}
