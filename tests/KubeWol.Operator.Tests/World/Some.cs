using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Tests.World;

/// <summary>Objects for tests: some machine, some request. What matters to a test it says itself.</summary>
internal static class Some
{
    public const string Mac = "52:54:00:12:34:56";
    public const string Agents = "kubewol-system";
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static readonly OperatorOptions Options = new() { Namespace = Agents, LeaderElection = false, Workers = 1 };

    private static long s_version = 1000;

    /// <summary>A version newer than all before.</summary>
    public static string NextVersion() => $"{Interlocked.Increment(ref s_version)}";

    public static VirtualMachine Vm(
        string key = "team-a/web-01", string? strategy = "Halted", string? status = "Stopped", bool? running = null,
        params IReadOnlyList<string?> macs) => new()
    {
        Metadata = Metadata(key),
        Spec = new()
        {
            RunStrategy = running is null ? strategy : null,
            Running = running,
            Template = new(new(new(new([.. (macs.Count == 0 ? [Mac] : macs).Select((m, i) => new InstanceInterface(m, Nic(i)))])))),
        },
        Status = new() { PrintableStatus = status, Ready = status == "Running" },
    };

    public static VirtualMachineInstance Vmi(
        string key = "team-a/web-01", string? phase = "Running", string? node = "node-b", params IReadOnlyList<string?> macs) => new()
    {
        Metadata = Metadata(key),
        Status = new() { Phase = phase, NodeName = node, Interfaces = [.. macs.Select((m, i) => new LiveInterface(m, Nic(i)))] },
    };

    /// <summary>The name of a machine's interface.</summary>
    public static string Nic(int index) => index == 0 ? "default" : $"nic-{index}";

    /// <summary>A request of a person in the machine's namespace, accepted at noon.</summary>
    public static WakeRequest Request(string key = "team-a/wake", string? mac = Mac, string? name = null, int? deadline = null, int? ttl = null) =>
        new()
    {
        Metadata = Metadata(key) with { CreationTimestamp = Noon, Generation = 1 },
        Spec = new()
        {
            Action = WakeAction.Wake,
            Target = new() { MacAddress = name is null ? mac : null, Name = name },
            DeadlineSeconds = deadline,
            TtlSecondsAfterFinished = ttl,
        },
    };

    /// <summary>A request of a person for another verb.</summary>
    public static WakeRequest Asking(WakeAction action, string key = "team-a/ask", string? name = null, SleepSettings? sleep = null, MoveSettings? move = null)
    {
        var request = Request(key, name: name);
        return request with { Spec = request.Spec with { Action = action, Sleep = sleep, Move = move } };
    }

    /// <summary>A request of an agent, 120 ms after the frame.</summary>
    public static WakeRequest Heard(string mac = Mac) => Request($"{Agents}/heard", mac) with
    {
        Spec = new()
        {
            Target = new() { MacAddress = mac },
            Frame = new()
            {
                Node = "node-a",
                Interface = "bond0",
                Transport = FrameTransport.UDPv4,
                SourceMac = "02:00:00:00:00:aa",
                SourceIp = "192.0.2.7",
                DestinationPort = 9,
                CapturedAt = Noon.AddMilliseconds(-120),
            },
        },
    };

    /// <summary>The same machine with an annotation more.</summary>
    public static VirtualMachine Noting(this VirtualMachine machine, string annotation, string text) => machine with
    {
        Metadata = machine.Metadata with
        {
            ResourceVersion = NextVersion(),
            Annotations = new Dictionary<string, string>(machine.Metadata.Annotations ?? new Dictionary<string, string>()) { [annotation] = text },
        },
    };

    /// <summary>The same machine, known by an address it had at noon.</summary>
    public static VirtualMachine LastSeenBy(this VirtualMachine machine, string mac, string time = "2026-11-22T12:00:00Z") =>
        machine.Noting(LastSeenAddresses.Annotation, $$"""{"{{mac}}":"{{time}}"}""");

    /// <summary>The same object, written once more.</summary>
    public static VirtualMachine Now(this VirtualMachine machine, string? status, bool? ready = null) => machine with
    {
        Metadata = machine.Metadata with { ResourceVersion = NextVersion() },
        Status = machine.Status! with { PrintableStatus = status, Ready = ready ?? status == "Running" },
    };

    public static Node Node(string name, bool unschedulable = false, string ready = "True", params IReadOnlyList<(string Name, string Value)> labels) => new()
    {
        Metadata = new()
        {
            Name = name,
            Uid = $"uid-of-{name}",
            ResourceVersion = NextVersion(),
            Labels = labels.Append(("kubernetes.io/hostname", name)).ToDictionary(l => l.Item1, l => l.Item2),
        },
        Spec = new(unschedulable),
        Status = new([new("Ready", ready)]),
    };

    /// <summary>A reading of a request and its machines; what is decided from is left at its least.</summary>
    public static Reading Reading(WakeRequest request, params IReadOnlyList<Machine> found)
    {
        var intent = Intent.Of(request, Judgement.Direct(request.Spec.Action ?? WakeAction.Wake), new Nodes(new ResourceCache<Node>()).SelectorOf(request.Spec.Move), Options);
        return new()
        {
            Request = request,
            Intent = intent,
            Found = found,
            Situation = new() { Action = intent.Action, Found = found.Count, Issued = WakeOperation.None, Age = default, Deadline = RequestReader.Deadline(request) },
        };
    }

    private static ResourceMetadata Metadata(string key) => key.Split('/') is [var space, var name]
        ? new() { Namespace = space, Name = name, Uid = $"uid-of-{space}-{name}", ResourceVersion = NextVersion() }
        : throw new FormatException(key);
}
