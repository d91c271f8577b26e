using System.Text.Json;
using KubeWol.Protocol;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>What happened to the machines, as the store and KubeVirt have it: from the objects themselves, whoever changed them.</summary>
internal sealed class MachineStory
{
    private readonly List<Deed> _deeds = [];
    private readonly Dictionary<string, JsonElement> _machines = [];
    private readonly Dictionary<string, JsonElement> _instances = [];
    private readonly Dictionary<MacAddress, string> _names = [];

    private MachineStory()
    {
    }

    /// <summary>In order.</summary>
    public IReadOnlyList<Deed> Deeds { get; private set; } = [];

    /// <summary>The machines that are there at the end, by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Machines => _machines;

    /// <summary>Reads all, and keeps what happened after <paramref name="beginning"/>.</summary>
    public static MachineStory Read(IEnumerable<StoredVersion> store, IEnumerable<KubeVirtCall> calls, long beginning)
    {
        var story = new MachineStory();
        foreach (var version in store)
        {
            switch (version.Resource)
            {
                case "virtualmachines":
                    story.Machine(version);
                    break;
                case "virtualmachineinstances":
                    story.Instance(version);
                    break;
                case "virtualmachineinstancemigrations" when version.Object is { } migration && story._migrations.Add(version.Name):
                    story.Add(version.Revision, DeedKind.Migrated, Text(migration, "spec", "vmiName") ?? "", version.Name.Replace("kubewol-", "", StringComparison.Ordinal));
                    break;
            }
        }

        foreach (var call in calls)
        {
            if (call.Revision is { } revision && CallKind(call.Verb) is { } kind) story.Add(revision, kind, call.Machine);
        }

        story.Deeds = [.. story._deeds.Where(d => d.Revision > beginning).OrderBy(d => d.Revision)];
        return story;
    }

    private readonly HashSet<string> _migrations = [];

    /// <summary>Up, Paused or Down, at the end.</summary>
    public string PowerOf(string name) => !_instances.TryGetValue(name, out var instance) || IsGoing(instance) ? "Down" : IsPaused(instance) ? "Paused" : "Up";

    /// <summary>The name of the machine that has an address, or had it last; null where none ever had.</summary>
    public string? NameOf(MacAddress? address) => address is { } mac ? _names.GetValueOrDefault(mac) : null;

    /// <summary>The address in a machine's spec.</summary>
    public static MacAddress? AddressOf(JsonElement machine) =>
        Find(machine, "spec", "template", "spec", "domain", "devices", "interfaces") is { ValueKind: JsonValueKind.Array } nics && nics.GetArrayLength() > 0
        && MacAddress.TryParse(Text(nics[0], "macAddress"), out var mac) ? mac : null;

    public static string? Text(JsonElement json, params IEnumerable<string> path) => Find(json, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? Find(JsonElement json, params IEnumerable<string> path)
    {
        foreach (var name in path)
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json)) return null;
        }

        return json;
    }

    private static DeedKind? CallKind(string verb) => verb switch
    {
        "start" => DeedKind.StartCalled,
        "stop" => DeedKind.StopCalled,
        "pause" => DeedKind.PauseCalled,
        "unpause" => DeedKind.UnpauseCalled,
        _ => null,
    };

    private static bool IsDeleting(JsonElement json) => Text(json, "metadata", "deletionTimestamp") is not null;

    /// <summary>Being taken away, or off by itself.</summary>
    private static bool IsGoing(JsonElement instance) => IsDeleting(instance) || Text(instance, "status", "phase") is "Succeeded" or "Failed";

    private static bool IsPaused(JsonElement instance) => Find(instance, "status", "conditions") is { ValueKind: JsonValueKind.Array } conditions
        && conditions.EnumerateArray().Any(c => Text(c, "type") == "Paused" && Text(c, "status") == "True");

    private static string? Strategy(JsonElement machine) => Text(machine, "spec", "runStrategy");

    private static string Affinity(JsonElement machine) => Find(machine, "spec", "template", "spec", "affinity")?.GetRawText() ?? "";

    private void Machine(StoredVersion version)
    {
        var before = _machines.TryGetValue(version.Name, out var known) ? known : (JsonElement?)null;
        if (version.Object is not { } now)
        {
            _machines.Remove(version.Name);
            if (before is { } last && !IsDeleting(last)) Add(version.Revision, DeedKind.Deleted, version.Name);
            return;
        }

        _machines[version.Name] = now;
        if (AddressOf(now) is { } address) _names[address] = version.Name;
        if (before is not { } old) Add(version.Revision, DeedKind.Created, version.Name, Text(now, "metadata", "annotations", "kubewol.io/created-by"));
        else if (IsDeleting(now) && !IsDeleting(old)) Add(version.Revision, DeedKind.Deleted, version.Name);
        else if (Affinity(old) != Affinity(now)) Add(version.Revision, DeedKind.Placed, version.Name);

        if (before is { } halted && Strategy(halted) == "Halted" && Strategy(now) != "Halted") Add(version.Revision, DeedKind.Unhalted, version.Name);

        // virt-controller strikes out a stop when its own watch shows no such instance, also one that has not shown it yet
        // (pkg/virt-controller/watch/vm/vm.go, isTrimFirstChangeRequestNeeded, which does not wait for its expectations).
        if (before is { } earlier && StopPending(earlier) is { } uid && StopPending(now) is null
            && _instances.TryGetValue(version.Name, out var instance) && Text(instance, "metadata", "uid") == uid && !IsGoing(instance)) Add(version.Revision, DeedKind.StopForgotten, version.Name);
    }

    /// <summary>The uid of the instance that virt-api has asked virt-controller to stop; null where there is no such request.</summary>
    private static string? StopPending(JsonElement machine) => Find(machine, "status", "stateChangeRequests") is { ValueKind: JsonValueKind.Array } requests
        ? requests.EnumerateArray().Where(r => Text(r, "action") == "Stop").Select(r => Text(r, "uid")).FirstOrDefault()
        : null;

    private void Instance(StoredVersion version)
    {
        var before = _instances.TryGetValue(version.Name, out var known) ? known : (JsonElement?)null;
        // With a machine goes its instance: that is the machine's deletion, and nothing of its own.
        var goesAlone = _machines.TryGetValue(version.Name, out var machine) && !IsDeleting(machine);
        if (version.Object is not { } now)
        {
            _instances.Remove(version.Name);
            if (before is { } last && !IsGoing(last) && goesAlone) Add(version.Revision, DeedKind.WentDown, version.Name);
            return;
        }

        _instances[version.Name] = now;
        if (before is not { } old || Text(old, "metadata", "uid") != Text(now, "metadata", "uid")) Add(version.Revision, DeedKind.CameUp, version.Name);
        else if (IsGoing(now) && !IsGoing(old) && goesAlone) Add(version.Revision, DeedKind.WentDown, version.Name);
        else if (!IsGoing(now) && IsPaused(now) != IsPaused(old)) Add(version.Revision, IsPaused(now) ? DeedKind.Paused : DeedKind.Unpaused, version.Name);
    }

    private void Add(long revision, DeedKind kind, string machine, string? request = null) => _deeds.Add(new(revision, kind, machine, request));
}
