using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Keys;
using KubeWol.Operator.Templates;
using KubeWol.Operator.Tests.World;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Keys;

/// <summary>The operator's key and what it tells the agents, before an API server that stores both.</summary>
public sealed class AgentConfigTests : IAsyncLifetime
{
    private const string SecretPath = "/api/v1/namespaces/kubewol-system/secrets";
    private const string MapPath = "/api/v1/namespaces/kubewol-system/configmaps";
    private static readonly ResourceKey Config = new(Some.Agents, "kubewol-agents");
    private static readonly SecureOnPassword Password = SecureOnPassword.Of([1, 2, 3, 4]);

    private readonly ResourceCache<OperatorKeySecret> _secrets = new();
    private readonly ResourceCache<ConfigMap> _maps = new();
    private readonly ResourceCache<WakePolicy> _policies = new();
    private readonly ResourceCache<Pod> _pods = new();
    private readonly ResourceCache<WakeTemplate> _templates = new();
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly Recorder _log = new();
    private readonly SealingKeys _keys;
    private FakeApi _api = null!;
    private AgentConfigReconciler _reconciler = null!;

    public AgentConfigTests() => _keys = new(_secrets, Some.Options, _log.For<SealingKeys>());

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApi.StartAsync();
        _api.Respond = Store;
        _reconciler = new(_secrets, _maps, _policies, _templates, new(_pods, _time), _keys, new(_api.Connection, _time), Some.Options, _time, _log.For<AgentConfigReconciler>());
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task The_first_start_makes_a_key_and_publishes_its_public_half()
    {
        await LookAsync();
        await LookAsync();

        var secret = _secrets.All.Single();
        Assert.Equal(("kubewol-operator-key", "20261122120000.pem"), (secret.Metadata.Name, secret.Data!.Keys.Single()));
        Assert.True(OpeningKey.TryImport(Encoding.ASCII.GetString(secret.Data.Values.Single()), out var key, out _));
        Assert.Equal(key.PublicText, Published.SealingKey);
        Assert.Equal([$"Made the key {key.Id} for SecureOn passwords; it stands in the Secret kubewol-system/kubewol-operator-key"], _log.Lines.Select(l => l.Text));

        _api.Forget();
        Assert.Equal(Requeue.Never, await LookAsync());
        Assert.Empty(_api.Calls);
    }

    [Fact]
    public async Task A_private_key_goes_nowhere_but_into_its_Secret()
    {
        await LookAsync();
        await LookAsync();
        var secret = Encoding.ASCII.GetString(_secrets.All.Single().Data!.Values.Single());
        var octets = string.Concat(secret.Split('\n')[1..^1]);
        Assert.All(_api.Calls.Where(c => !c.Path.StartsWith(SecretPath, StringComparison.Ordinal)), c => Assert.DoesNotContain(octets[40..60], c.Body, StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, l => l.Text.Contains(octets[40..60], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SecretPath)]
    [InlineData(MapPath)]
    public async Task Who_comes_second_takes_what_the_first_one_made(string path)
    {
        if (path == MapPath) await LookAsync();
        _maps.Replace([]);
        _api.Respond = call => call.Method == "POST" && call.Path == path ? Answer.Refuse(409, "AlreadyExists", "there is one") : throw new InvalidOperationException($"{call}");
        Assert.Equal(TimeSpan.FromSeconds(1), (await LookAsync()).Delay);
    }

    [Fact]
    public async Task What_somebody_changed_or_deleted_is_put_right()
    {
        await LookAsync();
        await LookAsync();
        var (key, map) = (Published.SealingKey, _maps.All.Single());
        _maps.Set(map with { Metadata = map.Metadata with { ResourceVersion = Some.NextVersion() }, Data = new Dictionary<string, string> { ["sealingKey"] = "mine", ["note"] = "keep" } });
        await LookAsync();
        Assert.Equal((key, "keep"), (Published.SealingKey, _maps.All.Single().Data!["note"]));

        _maps.Replace([]);
        await LookAsync();
        Assert.Equal(key, Published.SealingKey);
    }

    [Fact]
    public async Task A_Secret_that_is_deleted_is_followed_by_a_new_key()
    {
        await LookAsync();
        await LookAsync();
        var old = Published.SealingKey;
        _secrets.Replace([]);
        Assert.Null(_keys.PublicKey);
        await LookAsync();
        await LookAsync();
        Assert.NotEqual(old, Published.SealingKey);
        Assert.NotNull(Published.SealingKey);
    }

    [Fact]
    public async Task Of_several_keys_all_open_and_the_newest_seals()
    {
        using var older = OpeningKey.Create();
        using var newer = OpeningKey.Create();
        using var stranger = OpeningKey.Create();
        See(("20260101000000.pem", newer.ExportPem()), ("20250101000000.pem", older.ExportPem()));
        await LookAsync();

        Assert.Equal(newer.PublicText, Published.SealingKey);
        foreach (var key in (OpeningKey[])[older, newer]) Assert.Equal(new(PasswordVerdict.Match, 0), _keys.Compare(Sealed(key), [Password]));
        Assert.Equal(new(PasswordVerdict.Unreadable), _keys.Compare(Sealed(stranger), [Password]));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_broken_entry_is_said_once_and_the_others_go_on()
    {
        using var good = OpeningKey.Create();
        See(("20260101000000.pem", "-----BEGIN PRIVATE KEY-----\nbm8=\n-----END PRIVATE KEY-----\n"), ("20250101000000.pem", good.ExportPem()));
        await LookAsync();
        await LookAsync();

        Assert.Equal(good.PublicText, Published.SealingKey);
        Assert.Equal(
            [(LogLevel.Error, "The entry 20260101000000.pem of the Secret kubewol-system/kubewol-operator-key is no key and is left out: it is not the PEM of an unencrypted private key for elliptic curves")],
            _log.Lines);
    }

    [Fact]
    public async Task Without_a_usable_key_it_goes_on_and_agents_are_told_there_is_none()
    {
        using var key = OpeningKey.Create();
        await LookAsync();
        await LookAsync();
        _log.Lines.Clear();
        See(("key", "nonsense"));
        await LookAsync();

        Assert.Null(Published.SealingKey);
        Assert.Equal(new(PasswordVerdict.Unreadable), _keys.Compare(Sealed(key), [Password]));
        Assert.Contains("The Secret kubewol-system/kubewol-operator-key holds no usable key: SecureOn passwords cannot be compared. Delete it, and a new one is made", _log.Lines.Select(l => l.Text));
        Assert.Single(_api.Calls, c => c.Method == "POST" && c.Path == SecretPath);
    }

    [Fact]
    public void A_frames_password_is_compared_with_all_that_count()
    {
        using var key = OpeningKey.Create();
        See(("key", key.ExportPem()));
        var other = SecureOnPassword.Of([4, 3, 2, 1]);
        var request = Sealed(key);
        Assert.Equal(new(PasswordVerdict.Match, 1), _keys.Compare(request, [other, Password, Password]));
        Assert.Equal(new(PasswordVerdict.Wrong), _keys.Compare(request, [other]));
        Assert.Equal(new(PasswordVerdict.Wrong), _keys.Compare(request, []));
        Assert.Equal(new(PasswordVerdict.Absent), _keys.Compare(Some.Heard(), [Password]));
        Assert.Equal(new(PasswordVerdict.Absent), _keys.Compare(Some.Request(), [Password]));
        Assert.Equal(new(PasswordVerdict.Unreadable), _keys.Compare(With(request, "nonsense"), [Password]));

        // Moved to another request, it is none.
        var digest = request.Spec.Frame!.SecureOnDigest!;
        var moved = Some.Heard("52:54:00:00:00:01");
        Assert.Equal(new(PasswordVerdict.Wrong), _keys.Compare(With(moved, digest), [Password]));
        Assert.Equal(new(PasswordVerdict.Wrong), _keys.Compare(request with { Metadata = request.Metadata with { Name = "another" } }, [Password]));
    }

    [Fact]
    public async Task Agents_are_told_which_nodes_and_interfaces_any_policy_names()
    {
        await LookAsync();
        await LookAsync();
        Assert.Equal("[] []", Told());
        Policy("team-a/one", new() { Nodes = ["node-b", "node-a"] }, new() { Interfaces = ["eth1"], Vlans = [10] });
        Policy("team-b/two", new() { Nodes = ["node-a"], Interfaces = ["bond0"] }, new() { SourceMacs = ["52:54:00"] });
        Policy("team-b/plain");
        await LookAsync();
        Assert.Equal("[node-a node-b] [bond0 eth1]", Told());

        _policies.Remove(new("team-a", "one"));
        await LookAsync();
        Assert.Equal("[node-a] [bond0]", Told());

        string Told() => $"[{string.Join(' ', Published.Distinguish.Nodes!)}] [{string.Join(' ', Published.Distinguish.Interfaces!)}]";
    }

    [Fact]
    public async Task Agents_are_told_which_addresses_any_template_claims()
    {
        await LookAsync();
        await LookAsync();
        Assert.Equal("", _maps.All.Single().Data!["claimed"]);
        _templates.Set(Templates.Claims.Template("team-a/one", prefix: "52:54:00:aa"));
        _templates.Set(Templates.Claims.Template("team-b/two", prefix: "52-54-00-ab"));
        _templates.Set(Templates.Claims.Template("team-b/three", prefix: "02:00:00:00:01"));
        await LookAsync();
        Assert.Equal("020000000100-0200000001ff 525400aa0000-525400abffff", _maps.All.Single().Data!["claimed"]);
        Assert.Equal(2, Published.Claimed!.Count);

        foreach (var template in _templates.All) _templates.Remove(ResourceKey.Of(template));
        await LookAsync();
        Assert.Empty(Published.Claimed!);
    }

    [Fact]
    public async Task A_tenant_who_claims_thousands_of_ranges_has_agents_listen_to_what_lies_between_but_to_all_of_them()
    {
        for (var i = 0; i < 300; i++)
        {
            _templates.Set(Templates.Claims.Template($"greedy/t{i:000}") with
            {
                Spec = new() { MacAddresses = new() { Ranges = [.. Enumerable.Range(0, 32).Select(r => new AddressRange { From = $"52:54:{i / 256:x2}:{i % 256:x2}:{r:x2}:00", To = $"52:54:{i / 256:x2}:{i % 256:x2}:{r:x2}:07" })] } },
            });
        }

        _templates.Set(Templates.Claims.Template("modest/t", prefix: "02:00:00:00:01"));
        await LookAsync();
        await LookAsync();
        Assert.Equal(TemplateClaims.MostRanges, Published.Claimed!.Count);
        Assert.Contains(new(0x0200_0000_0100, 0x0200_0000_01FF), Published.Claimed);
        Assert.All(_templates.All.SelectMany(t => TemplateClaims.Of(t.Spec.MacAddresses)), range => Assert.Contains(Published.Claimed, c => c.Contains(range.First) && c.Contains(range.Last)));
        Assert.InRange(_api.Calls.Max(c => c.Body.Length), 0, 500_000);
    }

    [Fact]
    public async Task A_tenant_who_names_thousands_keeps_nobody_elses_out_and_the_ConfigMap_stays_small()
    {
        for (var i = 0; i < 500; i++) Policy($"greedy/p{i:000}", [.. Enumerable.Range(0, 16).Select(f => new FrameOrigin { Nodes = [.. Enumerable.Range(0, 64).Select(n => $"a{i}-{f}-{n}".PadRight(253, 'x'))] })]);
        Policy("modest/p", new() { Nodes = ["z"] }, new() { Interfaces = ["eth0"] });
        await LookAsync();
        await LookAsync();

        Assert.Equal(AgentConfigReconciler.MostNames, Published.Distinguish.Nodes!.Count);
        Assert.Contains("z", Published.Distinguish.Nodes);
        Assert.InRange(_api.Calls.Max(c => c.Body.Length), 0, 500_000);
        Assert.Single(_log.Lines, l => l.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task Agents_are_told_on_which_nodes_one_is_ready()
    {
        See("b", "node-b", ready: true);
        See("a", "node-a", ready: true);
        See("c", "node-c", ready: false);
        See("d", null, ready: true);
        See("e", "node-e", ready: true, going: true);
        See("b-2", "node-b", ready: true); // the next one's pod, while the last is going
        _pods.Set(new() { Metadata = new() { Namespace = Some.Agents, Name = "new", Uid = "new", ResourceVersion = Some.NextVersion() } });
        await LookAsync();
        await LookAsync();
        Assert.Equal(["node-a", "node-b"], Published.Ready);
    }

    [Fact]
    public async Task Agents_are_told_of_each_other_in_batches_and_of_all_else_at_once()
    {
        await LookAsync();
        await LookAsync();
        _api.Forget();
        for (var i = 0; i < 100; i++)
        {
            See($"a{i}", $"node-{i:00}", ready: true);
            var again = await LookAsync();
            if (i > 0) Assert.InRange(again.Delay!.Value, TimeSpan.FromMilliseconds(1), ReadyAgents.Pace);
        }

        Assert.InRange(_api.Calls.Count, 0, 1);
        _time.Advance(ReadyAgents.Pace);
        await LookAsync();
        Assert.Equal(100, Published.Ready.Count);

        See("a7", "node-07", ready: false);
        await LookAsync();
        Assert.Equal(100, Published.Ready.Count);
        Policy("team-a/one", new FrameOrigin { Nodes = ["node-b"] });
        await LookAsync();
        Assert.Equal((99, "node-b"), (Published.Ready.Count, Published.Distinguish.Nodes!.Single()));
    }

    [Fact]
    public async Task However_many_agents_there_are_the_ConfigMap_stays_small()
    {
        for (var i = 0; i < 5_000; i++) See($"a{i}", $"node-{i:0000}".PadRight(253, 'x'), ready: true);
        await LookAsync();
        await LookAsync();
        Assert.Equal(ReadyAgents.MostLetters / 253, Published.Ready.Count);
        Assert.InRange(_api.Calls.Max(c => c.Body.Length), 0, 300_000);
    }

    [Fact]
    public void Only_a_pod_that_comes_to_a_node_or_goes_matters()
    {
        Pod on = OnNode("node-a", true), off = OnNode("node-a", false), elsewhere = OnNode("node-b", true);
        Assert.True(ReadyAgents.Matters(null, on));
        Assert.True(ReadyAgents.Matters(on, off));
        Assert.True(ReadyAgents.Matters(on, null));
        Assert.True(ReadyAgents.Matters(on, elsewhere));
        Assert.False(ReadyAgents.Matters(on, OnNode("node-a", true)));
        Assert.False(ReadyAgents.Matters(off, null));
    }

    [Fact]
    public async Task Agents_are_counted_for_whoever_watches_them_and_those_that_go_are_not()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        new OperatorMetrics(registry).CountAgentsWith(new ReadyAgents(_pods, _time).Count);
        See("ready", "node-a", ready: true);
        See("deaf", "node-b", ready: false);
        See("homeless", null, ready: false);
        See("going", "node-c", ready: true, going: true);

        Assert.Equal(1, await registry.ValueAsync("kubewol_agents{state=\"Ready\"}"));
        Assert.Equal(2, await registry.ValueAsync("kubewol_agents{state=\"NotReady\"}"));
    }

    private void See(string name, string? node, bool ready, bool going = false)
    {
        var pod = OnNode(node, ready);
        _pods.Set(pod with { Metadata = new() { Namespace = Some.Agents, Name = name, Uid = name, ResourceVersion = Some.NextVersion(), DeletionTimestamp = going ? Some.Noon : null } });
    }

    private static Pod OnNode(string? node, bool ready) => new()
    {
        Spec = new(node),
        Status = new([new("Initialized", "True"), new("Ready", ready ? "True" : "False")]),
    };

    private AgentConfig Published => AgentConfig.Of(_maps.All.Single());

    private Task<Requeue> LookAsync() => _reconciler.ReconcileAsync(Config, TestContext.Current.CancellationToken);

    private void See(params (string Entry, string Pem)[] keys) => _secrets.Set(new()
    {
        Metadata = new() { Namespace = Some.Agents, Name = "kubewol-operator-key", Uid = "uid", ResourceVersion = Some.NextVersion() },
        Data = keys.ToDictionary(k => k.Entry, k => Encoding.ASCII.GetBytes(k.Pem)),
    });

    private void Policy(string key, params FrameOrigin[] from) => _policies.Set(new()
    {
        Metadata = new() { Namespace = key.Split('/')[0], Name = key.Split('/')[1], Uid = key, ResourceVersion = Some.NextVersion() },
        Spec = new() { From = from.Length == 0 ? null : from },
    });

    private static WakeRequest Sealed(OpeningKey key)
    {
        var request = Some.Heard();
        var context = new SealContext(request.Metadata.Name, MacAddress.Parse(request.Spec.Target.MacAddress!), request.Spec.Frame!.Node!, request.Spec.Frame.CapturedAt!.Value);
        Assert.True(SealingKey.TryParse(key.PublicText, out var sealing));
        return With(request, $"{sealing.Seal(context, [1, 2, 3, 4])}");
    }

    private static WakeRequest With(WakeRequest request, string digest) => request with { Spec = request.Spec with { Frame = request.Spec.Frame! with { SecureOnDigest = digest } } };

    /// <summary>Stores what is written, and the watch tells at once.</summary>
    private Answer Store(Call call)
    {
        var body = JsonNode.Parse(call.Body)!.AsObject();
        switch (call.Method, call.Path)
        {
            case ("POST", SecretPath):
                Stamp(body);
                _secrets.Set(body.Deserialize(OperatorJson.Default.OperatorKeySecret)!);
                break;
            case ("POST", MapPath):
                Stamp(body);
                _maps.Set(body.Deserialize(ApiJson.Default.ConfigMap)!);
                break;
            case ("PATCH", $"{MapPath}/kubewol-agents"):
                var map = JsonSerializer.SerializeToNode(_maps.Find(Config)!, ApiJson.Default.ConfigMap)!.AsObject();
                map["data"] = MergePatch.Applied(map["data"], body["data"]);
                Stamp(body = map);
                break;
            default:
                throw new InvalidOperationException($"{call}");
        }

        return new((int)HttpStatusCode.OK, body.ToJsonString());

        static void Stamp(JsonObject body) => (body["metadata"]!["uid"], body["metadata"]!["resourceVersion"]) = ((string?)body["metadata"]!["uid"] ?? $"uid-{Some.NextVersion()}", Some.NextVersion());
    }

    private sealed class Recorder
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
