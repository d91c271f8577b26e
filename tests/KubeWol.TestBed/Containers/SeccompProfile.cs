using System.Text.Json.Nodes;
using KubeWol.TestCluster;

namespace KubeWol.TestBed.Containers;

/// <summary>The filter of system calls that "RuntimeDefault" stands for: the profile of containers/common, which CRI-O and Podman use, as eng/setup.sh has fetched it.</summary>
internal static class SeccompProfile
{
    private static readonly string[] Places =
    [
        "/usr/share/containers/seccomp.json",
        Path.Combine(
            Environment.GetEnvironmentVariable("KUBEWOL_TEST_CACHE") is { Length: > 0 } cache ? cache
                : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } home ? home : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".cache"), "kubewol", "testplane"),
            "seccomp.json"),
    ];

    private static readonly string[] Here = ["amd64", "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"];

    /// <summary>What the runtime specification has under linux.seccomp, for a container with these capabilities.</summary>
    public static JsonObject RuntimeDefault(IReadOnlyCollection<string> capabilities)
    {
        var file = Places.FirstOrDefault(File.Exists) ?? throw new TestClusterException("there is no seccomp profile: run eng/setup.sh");
        var profile = JsonNode.Parse(File.ReadAllText(file))!;
        var rules = profile["syscalls"]!.AsArray().Select(rule => rule!).Where(rule =>
            Applies(rule["includes"], capabilities, absent: true) && !Applies(rule["excludes"], capabilities, absent: false));
        return new()
        {
            ["defaultAction"] = profile["defaultAction"]!.DeepClone(),
            ["defaultErrnoRet"] = profile["defaultErrnoRet"]?.DeepClone() ?? 1,
            ["architectures"] = new JsonArray([.. Here[1..].Select(a => (JsonNode)a)]),
            ["syscalls"] = new JsonArray([.. rules.Select(Rule)]),
        };
    }

    /// <summary>A condition of the profile's own, which container engines resolve before the runtime sees it.</summary>
    private static bool Applies(JsonNode? condition, IReadOnlyCollection<string> capabilities, bool absent)
    {
        var arches = Strings(condition?["arches"]);
        var caps = Strings(condition?["caps"]);
        if (arches.Count == 0 && caps.Count == 0) return absent;
        return absent
            ? (arches.Count == 0 || arches.Contains(Here[0])) && caps.All(capabilities.Contains)
            : arches.Contains(Here[0]) || caps.Any(capabilities.Contains);
    }

    private static JsonObject Rule(JsonNode rule)
    {
        var written = new JsonObject { ["names"] = rule["names"]!.DeepClone(), ["action"] = rule["action"]!.DeepClone() };
        if (rule["args"] is JsonArray { Count: > 0 } args) written["args"] = args.DeepClone();
        if (rule["errnoRet"] is { } error) written["errnoRet"] = error.DeepClone();
        return written;
    }

    private static List<string> Strings(JsonNode? list) => list?.AsArray().Select(item => (string)item!).ToList() ?? [];
}
