using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.ControllerRuntime;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.KubeVirt.Admission;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;
using Machine = KubeWol.TestCluster.KubeVirt.Rules.Machine;

namespace KubeWol.Operator.Tests.World;

/// <summary>
/// KubeVirt by the stand-in's rules, which are checked against the genuine one, and the little that an API server does besides. Time only passes with
/// the test's clock, and what changes is seen by the operator only when the test shows it.
/// </summary>
internal sealed class SimulatedKubeVirt(TimeProvider time)
{
    private readonly Dictionary<ResourceKey, Machine> _machines = [];
    private readonly Dictionary<ResourceKey, JsonObject> _applied = [];
    private readonly Lock _lock = new();
    private int _uids;

    /// <summary>Nothing is at once, so that every state on the way is met.</summary>
    public StandInDelays Delays { get; } = new()
    {
        Schedule = TimeSpan.FromSeconds(1),
        Boot = TimeSpan.FromSeconds(2),
        Shutdown = TimeSpan.FromSeconds(3),
        MigrationStep = TimeSpan.FromSeconds(0.5),
        Migration = TimeSpan.FromSeconds(4),
    };

    /// <summary>Where machines can run. The first takes the first machine.</summary>
    public NodePool Pool { get; set; } = new([new("node-a"), new("node-b"), new("node-c")]);

    /// <summary>What was asked for and accepted, in order.</summary>
    public List<string> Effects { get; } = [];

    /// <summary>When something next happens by itself; null if nothing will.</summary>
    public DateTimeOffset? Due { get; private set; }

    private DateTimeOffset Now => time.GetUtcNow();

    public Machine this[string key] => _machines.GetValueOrDefault(Key(key)) ?? new(Key(key).Namespace!, Key(key).Name);

    public IReadOnlyCollection<Api.KubeVirt.VirtualMachine> Vms =>
        [.. _machines.Values.Select(m => m.Vm).OfType<VirtualMachine>().Select(v => Json(v).Deserialize(ApiJson.Default.VirtualMachine)!)];

    public IReadOnlyCollection<Api.KubeVirt.VirtualMachineInstance> Vmis =>
        [.. _machines.Values.Select(m => m.Vmi).OfType<VirtualMachineInstance>().Select(v => Json(v).Deserialize(ApiJson.Default.VirtualMachineInstance)!)];

    public IReadOnlyCollection<Api.KubeVirt.Migration> Migrations =>
        [.. _machines.Values.SelectMany(m => m.Migrations).Select(m => Json(m).Deserialize(ApiJson.Default.Migration)!)];

    /// <summary>Creates a machine; null annotates nothing and fixes no address.</summary>
    public void Create(string key, string strategy, string? mac = Some.Mac, params IReadOnlyList<(string Name, string Value)> annotations)
    {
        var nic = new JsonObject { ["name"] = "default", ["masquerade"] = new JsonObject(), ["macAddress"] = mac };
        var spec = new JsonObject
        {
            ["domain"] = new JsonObject { ["devices"] = new JsonObject { ["interfaces"] = new JsonArray(nic) } },
            ["networks"] = new JsonArray(new JsonObject { ["name"] = "default", ["pod"] = new JsonObject() }),
            ["terminationGracePeriodSeconds"] = 30,
        };
        Create(Key(key), strategy, spec, annotations);
    }

    public void Create(ResourceKey key, string strategy, JsonObject instance, params IReadOnlyList<(string Name, string Value)> annotations)
    {
        var vm = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = key.Name,
                ["namespace"] = key.Namespace,
                ["annotations"] = new JsonObject(annotations.Select(a => KeyValuePair.Create(a.Name, (JsonNode?)a.Value))),
            },
            ["spec"] = new JsonObject
            {
                [strategy.StartsWith("running", StringComparison.Ordinal) ? "running" : "runStrategy"] =
                    strategy switch { "running:true" => true, "running:false" => false, _ => strategy },
                ["template"] = new JsonObject { ["spec"] = instance },
            },
        };
        Store(key, m => m with { Vm = Stamped(vm.Deserialize(KubeVirtJson.Default.VirtualMachine)!, null) });
    }

    /// <summary>Somebody else does something to a machine, such as "start" or "pause".</summary>
    public void Do(string key, string verb) =>
        Assert.InRange(Put(Key(key), verb, "").Status, 200, 299);

    /// <summary>Its owner changes its run strategy.</summary>
    public void SetStrategy(string key, string strategy) =>
        Store(Key(key), m => m with { Vm = m.Vm! with { Spec = m.Vm.Spec with { RunStrategy = strategy, Running = null } } });

    /// <summary>Somebody else migrates it.</summary>
    public void Migrate(string key, string name = "by-hand", string? node = null)
    {
        var selector = node is null ? null : new Dictionary<string, string> { ["kubernetes.io/hostname"] = node };
        var migration = new Migration { Metadata = new() { Name = name, Namespace = Key(key).Namespace }, Spec = new() { VmiName = Key(key).Name, AddedNodeSelector = selector } };
        Assert.Equal(201, Migrate(Key(key).Namespace!, new("POST", "", Json(migration).ToJsonString(), null)).Status);
    }

    /// <summary>Somebody else deletes it.</summary>
    public void DeleteVm(string key) => Store(Key(key), m => m with { Vm = m.Vm! with { Metadata = m.Vm.Metadata with { DeletionTimestamp = Now } } });

    /// <summary>Somebody else deletes its migrations.</summary>
    public void DeleteMigrations(string key)
    {
        foreach (var migration in this[key].Migrations) Store(Key(key), m => m.With(migration with { Metadata = migration.Metadata with { DeletionTimestamp = Now } }));
    }

    /// <summary>Lets happen what happens now.</summary>
    public void Settle()
    {
        lock (_lock)
        {
            for (var steps = 0; Step(); steps++) Assert.True(steps < 1000, "the machines do not come to rest");
        }
    }

    /// <summary>The answer to a call, or null if it is not for KubeVirt.</summary>
    public Answer? Answer(Call call)
    {
        var path = call.Path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is not ["apis", "kubevirt.io" or "subresources.kubevirt.io", "v1", "namespaces", var space, var plural, ..]) return null;
        lock (_lock)
        {
            var key = new ResourceKey(space, path.Length > 6 ? path[6] : "");
            var answer = (call.Method, plural) switch
            {
                ("PUT", _) => Put(key, path[7], call.Body),
                ("GET", "virtualmachines") => _machines.GetValueOrDefault(key)?.Vm is { } vm ? Ok(Json(vm)) : NotFound(call),
                ("PATCH", "virtualmachines") => Patch(key, call),
                ("DELETE", "virtualmachines") => Delete(key, call),
                ("GET", _) when path.Length == 6 => List(new(space, call.Path[(call.Path.LastIndexOf("%3D", StringComparison.Ordinal) + 3)..])),
                ("GET", _) => Find(key) is { } found ? Ok(Json(found.Migration)) : NotFound(call),
                ("POST", _) => Migrate(space, call),
                ("DELETE", _) => Cancel(key, call),
                _ => World.Answer.Refuse(405, "MethodNotAllowed", $"{call}"),
            };
            if (call.Method != "GET" && answer.Status < 300) Effects.Add(Effect(call, path));
            return answer;
        }
    }

    /// <summary>The migrations of one name, of which there is one or none.</summary>
    private Answer List(ResourceKey key) => Ok(new JsonObject { ["items"] = Find(key) is { } found ? new JsonArray(Json(found.Migration)) : [] });

    private static string Effect(Call call, string[] path) => (call.Method, path[5]) switch
    {
        ("PUT", _) => call.Body is "{}" or "" ? path[7] : $"{path[7]} {call.Body}",
        ("PATCH", _) when call.ContentType!.StartsWith("application/apply", StringComparison.Ordinal) => "place",
        ("PATCH", _) => $"patch {Changes(JsonNode.Parse(call.Body)!)}",
        ("POST", _) => "migrate",
        ("DELETE", "virtualmachines") => "delete",
        _ => "cancel",
    };

    private static string Changes(JsonNode patch)
    {
        var changes = new[] { patch["spec"], patch["metadata"]?["annotations"] }.OfType<JsonObject>().SelectMany(o => o);
        return string.Join(' ', changes.Select(c => $"{c.Key.Split('/')[^1]}={c.Value?.ToString() ?? "-"}"));
    }

    private Answer Put(ResourceKey key, string verb, string body)
    {
        var machine = this[$"{key}"];
        var options = VerbOptions.Parse(Encoding.UTF8.GetBytes(body));
        var judgement = verb switch
        {
            "start" => VirtApi.Start(machine, options),
            "stop" => VirtApi.Stop(machine, options),
            "pause" => VirtApi.Pause(machine, options, Now),
            "unpause" => VirtApi.Unpause(machine, options, Now),
            _ => throw new InvalidOperationException($"no verb {verb}"),
        };
        Store(key, _ => judgement.After);
        var said = judgement.Answer;
        return said.Message.Length == 0 ? new(said.Code) : World.Answer.Refuse(said.Code, said.Reason, said.Message);
    }

    private Answer Patch(ResourceKey key, Call call)
    {
        if (_machines.GetValueOrDefault(key)?.Vm is not { } vm) return NotFound(call);
        var (before, patch) = (Json(vm), JsonNode.Parse(call.Body)!.AsObject());
        if ((string?)patch["metadata"]!["uid"] != vm.Metadata.Uid) return World.Answer.Refuse(409, "Conflict", "the UID in the patch is another one");
        if (patch["metadata"]!["resourceVersion"] is { } version && (string?)version != vm.Metadata.ResourceVersion) return Modified(key);
        if (call.ContentType!.StartsWith("application/apply", StringComparison.Ordinal))
        {
            if (before["spec"]!["template"]!["spec"]!["affinity"] is not null && !_applied.ContainsKey(key))
            {
                return World.Answer.Refuse(409, "Conflict", "Apply failed with 1 conflict: conflict with \"kubectl\" using kubevirt.io/v1: .spec.template.spec.affinity");
            }

            // What this field manager applied before and applies no longer goes away.
            if (_applied.Remove(key)) before = MergePatch.Applied(before, Withdrawal)!.AsObject();
            if (patch.ContainsKey("spec")) _applied[key] = patch;
        }

        var after = MergePatch.Applied(before, patch)!.AsObject();
        if (VmAdmission.Judge(after, true) is { IsAllowed: false } refusal) return World.Answer.Refuse(refusal.Code, refusal.Reason, refusal.Message);
        Store(key, m => m with { Vm = after.Deserialize(KubeVirtJson.Default.VirtualMachine) });
        return Ok(Json(this[$"{key}"].Vm!));
    }

    private static JsonObject Withdrawal => JsonNode.Parse("""{"metadata":{"annotations":{"kubewol.io/placement":null}},"spec":{"template":{"spec":{"affinity":null}}}}""")!.AsObject();

    private Answer Delete(ResourceKey key, Call call)
    {
        if (_machines.GetValueOrDefault(key)?.Vm is not { } vm) return NotFound(call);
        if (Uid(call) != vm.Metadata.Uid) return World.Answer.Refuse(409, "Conflict", "the UID in the precondition is another one");
        DeleteVm($"{key}");
        return new(200, "{}");
    }

    private Answer Migrate(string space, Call call)
    {
        var migration = JsonSerializer.Deserialize(call.Body, KubeVirtJson.Default.Migration)!;
        var key = new ResourceKey(space, migration.Metadata.Name!);
        if (Find(key) is not null) return World.Answer.Refuse(409, "AlreadyExists", $"{key.Name} already exists");
        var machine = this[$"{space}/{migration.Spec.VmiName}"];
        if (MigrationAdmission.JudgeCreate(migration, machine.Vmi, machine.Migrations) is { IsAllowed: false } refusal)
        {
            return World.Answer.Refuse(refusal.Code, refusal.Reason, MigrationAdmission.Denied(refusal));
        }

        migration = Stamped(migration with { Metadata = migration.Metadata.With(Migration.Finalizer) }, null);
        Store(new(space, migration.Spec.VmiName!), m => m with { Migrations = [.. m.Migrations, migration] });
        return new(201, Json(migration).ToJsonString());
    }

    private Answer Cancel(ResourceKey key, Call call)
    {
        if (Find(key) is not var (machine, migration)) return NotFound(call);
        if (Uid(call) != migration.Metadata.Uid) return World.Answer.Refuse(409, "Conflict", "the UID in the precondition is another one");
        Store(machine, m => m.With(migration with { Metadata = migration.Metadata with { DeletionTimestamp = Now } }));
        return new(200, "{}");
    }

    private (ResourceKey Machine, Migration Migration)? Find(ResourceKey key) => _machines
        .SelectMany(m => m.Value.Migrations.Select(x => ((ResourceKey Machine, Migration Migration)?)(m.Key, x)))
        .FirstOrDefault(m => m!.Value.Machine.Namespace == key.Namespace && m.Value.Migration.Metadata.Name == key.Name);

    /// <summary>One look of virt-controller at each machine; whether that changed something.</summary>
    private bool Step()
    {
        Due = null;
        var changed = false;
        foreach (var key in _machines.Keys.ToList())
        {
            var before = _machines[key];
            var pass = new Pass(Now, Delays, Pool);
            Store(key, m => VirtController.Next(m, pass));
            if (pass.Due is { } due && (Due is null || due < Due)) Due = due;
            changed |= !_machines.TryGetValue(key, out var after) || after with { Guest = before.Guest } != before;
        }

        return changed;
    }

    /// <summary>What the API server does with a change: versions, uids, and objects that nothing holds back any more.</summary>
    private void Store(ResourceKey key, Func<Machine, Machine> change)
    {
        var before = this[$"{key}"];
        var after = change(before);
        if (after.Vm is { IsDeleting: true, Metadata.Finalizers: null or [] }) after = after with { Vm = null };
        if (after.Vmi is { IsDeleting: true, Metadata.Finalizers: null or [] }) after = after with { Vmi = null };
        foreach (var gone in after.Migrations.Where(m => m is { IsDeleting: true, Metadata.Finalizers: null or [] })) after = after.Without(gone);
        if (!ReferenceEquals(after.Vm, before.Vm) && after.Vm is { } vm) after = after with { Vm = Stamped(vm, before.Vm) };
        if (!ReferenceEquals(after.Vmi, before.Vmi) && after.Vmi is { } vmi) after = after with { Vmi = Stamped(vmi, before.Vmi) };
        foreach (var migration in after.Migrations.Except(before.Migrations, ReferenceEqualityComparer.Instance).Cast<Migration>().ToList())
        {
            after = after.With(Stamped(migration, null));
        }

        if (after is { Vm: null, Vmi: null, Migrations: [] }) _machines.Remove(key);
        else _machines[key] = after;
    }

    private T Stamped<T>(T changed, T? before)
        where T : KubeVirtObject =>
        before == changed ? changed : changed with { Metadata = changed.Metadata with { Uid = changed.Metadata.Uid ?? $"uid-{++_uids}", ResourceVersion = Some.NextVersion(), CreationTimestamp = changed.Metadata.CreationTimestamp ?? Now } };

    private static string? Uid(Call call) => (string?)JsonNode.Parse(call.Body)!["preconditions"]!["uid"];

    private static JsonObject Json(VirtualMachine vm) => JsonSerializer.SerializeToNode(vm, KubeVirtJson.Default.VirtualMachine)!.AsObject();

    private static JsonObject Json(VirtualMachineInstance vmi) => JsonSerializer.SerializeToNode(vmi, KubeVirtJson.Default.VirtualMachineInstance)!.AsObject();

    private static JsonObject Json(Migration migration) => JsonSerializer.SerializeToNode(migration, KubeVirtJson.Default.Migration)!.AsObject();

    private static Answer Ok(JsonObject body) => new(200, body.ToJsonString());

    private static Answer NotFound(Call call) => World.Answer.Refuse(404, "NotFound", $"{call.Path} not found");

    private static Answer Modified(ResourceKey key) => World.Answer.Refuse(409, "Conflict", $"Operation cannot be fulfilled on {key}: the object has been modified");

    private static ResourceKey Key(string key) => key.Split('/') is [var space, var name] ? new(space, name) : throw new FormatException(key);
}
