using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Tests.Checking;

/// <summary>Journals of a run that never was, one line after the other, so that each can be left out, doubled or changed.</summary>
internal sealed class MadeUpRun
{
    public const string Operator = "system:serviceaccount:kubewol-system:kubewol-operator";

    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, JsonObject> _objects = [];
    private long _revision = 100;
    private TimeSpan _now;

    public List<SentMessage> Messages { get; } = [];

    public List<StoredVersion> Store { get; } = [];

    public List<KubeVirtCall> Calls { get; } = [];

    public List<NodeLife> Nodes { get; set; } = [new("node-a") { Listening = [(TimeSpan.Zero, null)] }];

    public Dictionary<MacAddress, string> Strategies { get; } = [];

    public long Beginning { get; set; }

    public RunJournals Journals => new()
    {
        Messages = Messages, Nodes = Nodes, Store = Store, Calls = Calls, Beginning = Beginning, Strategies = Strategies, Operator = Operator, CalmSince = Noon + _now,
    };

    /// <summary>The address of a machine of this name, made up from it.</summary>
    public static MacAddress Address(string machine) => new(0x5254_0000_0000ul | (uint)machine.Sum(c => c));

    /// <summary>Each verb once on a machine of its own, as it should be; then what is refused, and what is not for anybody.</summary>
    public static MadeUpRun Clean()
    {
        var run = new MadeUpRun();
        foreach (var name in new[] { "sleeper", "walker", "runner", "pauser" }) run.Has(name);
        run.Instance("runner", "Running").Instance("walker", "Running").Instance("pauser", "Running");
        run.Beginning = run._revision;

        var wake = run.Send("sleeper", WakeAction.Wake);
        run.Accepts(wake, "w").Call("start", "sleeper").Instance("sleeper", "Running").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Started);

        run.Accepts(run.Send("runner", WakeAction.Sleep), "s").Call("stop", "runner").Strategy("runner", "Halted").Gone("virtualmachineinstances", "runner").Ends("s", WakeAction.Sleep, "runner", WakeReason.Stopped);

        run.Accepts(run.Send("pauser", WakeAction.Sleep), "p").Call("pause", "pauser").Instance("pauser", "Running", paused: true).Ends("p", WakeAction.Sleep, "pauser", WakeReason.Paused);
        run.Accepts(run.Send("pauser", WakeAction.Wake), "u").Call("unpause", "pauser").Instance("pauser", "Running").Ends("u", WakeAction.Wake, "pauser", WakeReason.Unpaused);

        run.Accepts(run.Send("walker", WakeAction.Move), "m").Migration("m", "walker").Ends("m", WakeAction.Move, "walker", WakeReason.Moved);
        run.Accepts(run.Send("walker", WakeAction.Wake), "a").Ends("a", WakeAction.Wake, "walker", WakeReason.AlreadyActive);

        run.Accepts(run.Send("guest", WakeAction.Instantiate), "i").Has("guest").Call("start", "guest").Instance("guest", "Running").Ends("i", WakeAction.Instantiate, "guest", WakeReason.Instantiated);
        run.Accepts(run.Send("guest", WakeAction.Destroy), "d").Deleting("guest").Gone("virtualmachineinstances", "guest").Gone("virtualmachines", "guest").Ends("d", WakeAction.Destroy, "guest", WakeReason.Destroyed);

        run.Accepts(run.Send("walker", WakeAction.Wake, MessageKind.WrongPassword), "x").Ends("x", WakeAction.Wake, "walker", WakeReason.WrongPassword);
        run.Send("walker", WakeAction.Wake, MessageKind.Damaged);
        return run;
    }

    public int Send(string machine, WakeAction verb, MessageKind kind = MessageKind.Ordinary)
    {
        _now += TimeSpan.FromSeconds(10);
        Messages.Add(new(Messages.Count, Address(machine), verb, kind, [_now]));
        return Messages.Count - 1;
    }

    /// <summary>A machine there is, under Always.</summary>
    public MadeUpRun Has(string name)
    {
        Strategies[Address(name)] = "Always";
        return Put("virtualmachines", name, $$"""
            { "spec": { "runStrategy": "Always", "template": { "spec": { "domain": { "devices": { "interfaces": [ { "macAddress": "{{Address(name)}}" } ] } } } } } }
            """);
    }

    public MadeUpRun Strategy(string name, string strategy) => Change("virtualmachines", name, machine => machine["spec"]!["runStrategy"] = strategy);

    /// <summary>virt-api asks virt-controller to stop an instance; null is virt-controller, which strikes that out.</summary>
    public MadeUpRun StopPending(string name, string? instance) => Change("virtualmachines", name, machine => machine["status"] = new JsonObject
    {
        ["stateChangeRequests"] = instance is null ? null : new JsonArray(new JsonObject { ["action"] = "Stop", ["uid"] = instance }),
    });

    public MadeUpRun Deleting(string name) => Change("virtualmachines", name, machine => machine["metadata"]!["deletionTimestamp"] = "2026-11-23T12:00:00Z");

    public MadeUpRun Instance(string name, string phase, bool paused = false, string? uid = null) => Put("virtualmachineinstances", name, $$"""
        { "metadata": { "uid": "{{uid ?? $"instance of {name}"}}" }, "status": { "phase": "{{phase}}", "conditions": [ { "type": "Paused", "status": "{{(paused ? "True" : "False")}}" } ] } }
        """);

    public MadeUpRun Migration(string request, string machine) => Put("virtualmachineinstancemigrations", $"kubewol-{request}-uid", $$"""{ "spec": { "vmiName": "{{machine}}" } }""");

    public MadeUpRun Gone(string resource, string name)
    {
        Store.Add(new(++_revision, resource, "team", name, null));
        return this;
    }

    /// <summary>KubeVirt does what it is told, in the very revision that follows.</summary>
    public MadeUpRun Call(string verb, string machine, string caller = Operator)
    {
        Calls.Add(new(Noon + _now, caller, verb, "team", machine, ++_revision));
        return this;
    }

    /// <summary>An agent makes a request for a message.</summary>
    public MadeUpRun Accepts(int message, string name) => Put("wakerequests", name, $$"""
        {
          "metadata": { "name": "{{name}}", "uid": "{{name}}-uid", "creationTimestamp": "{{Noon + _now:yyyy-MM-dd'T'HH:mm:ss'Z'}}" },
          "spec": { "target": { "macAddress": "{{Messages[message].Target}}" }, "frame": { "node": "node-a", "interface": "eth0", "transport": "Ethernet", "sourceMAC": "{{SentMessage.SourceOf(message, 0)}}" } }
        }
        """);

    public MadeUpRun Ends(string name, WakeAction verb, string? machine, WakeReason reason, TimeSpan late = default, WakeOperation operation = WakeOperation.None)
    {
        var failed = reason is WakeReason.WrongPassword or WakeReason.UnknownTarget or WakeReason.Superseded or WakeReason.Refused or WakeReason.BadSignature;
        return Change("wakerequests", name, request => request["status"] = new JsonObject
        {
            ["action"] = verb.ToString(), ["phase"] = failed ? "Failed" : "Succeeded", ["reason"] = reason.ToString(), ["message"] = "so it is", ["operation"] = operation.ToString(),
            ["virtualMachine"] = machine is null ? null : new JsonObject { ["namespace"] = "team", ["name"] = machine },
            ["completedAt"] = (Noon + _now + late).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        });
    }

    private MadeUpRun Put(string resource, string name, string json)
    {
        _objects[$"{resource}/{name}"] = JsonNode.Parse(json)!.AsObject();
        return Change(resource, name, _ => { });
    }

    private MadeUpRun Change(string resource, string name, Action<JsonObject> change)
    {
        var now = _objects[$"{resource}/{name}"].DeepClone().AsObject();
        now["metadata"] ??= new JsonObject { ["name"] = name };
        change(now);
        _objects[$"{resource}/{name}"] = now;
        Store.Add(new(++_revision, resource, "team", name, JsonSerializer.SerializeToElement(now)));
        return this;
    }
}
