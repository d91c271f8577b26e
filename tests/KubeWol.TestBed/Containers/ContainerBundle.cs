using System.Text.Json.Nodes;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestBed.Containers;

/// <summary>
/// A container as kubelet and its runtime make it of a pod: an OCI bundle that crun runs, with the pod's user, capabilities, no_new_privs, seccomp filter,
/// read-only root and mounts, all read from the pod. There are no cgroups (resources), and the image is this machine's /usr beside the program.
/// </summary>
internal static class ContainerBundle
{
    private const string Dotnet = "/dotnet";

    private static readonly string[] Launcher = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"];

    /// <summary>What containerd gives to a container that drops nothing.</summary>
    private static readonly string[] DefaultCapabilities =
    [
        "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
    ];

    /// <summary>The command that runs it; the bundle is in <paramref name="folder"/>, its process id in the file "pid" there.</summary>
    public static ProcessSpec Create(ContainerSpec spec, string folder)
    {
        if (spec.Image is null) MakeRoot(spec, Path.Combine(folder, "root"));
        File.WriteAllText(Path.Combine(folder, "config.json"), Config(spec).ToJsonString());
        // crun knows no mixture of cgroups of both versions, not even when told to use none; in a mount namespace of its own it sees the second alone.
        string[] crun = ["crun", "--root", Path.Combine(folder, "state"), "--cgroup-manager=disabled", "run", "--bundle", folder, "--pid-file", Path.Combine(folder, "pid"), Path.GetFileName(folder)];
        return new ProcessSpec("unshare", ["--mount", "sh", "-c", "mount -t cgroup2 none /sys/fs/cgroup && exec \"$@\"", "sh", .. crun]) { Name = spec.Name };
    }

    private static void MakeRoot(ContainerSpec spec, string root)
    {
        foreach (var place in new[] { "usr", "etc", "app", "proc", "sys", "dev", Dotnet[1..] }.Concat(spec.Mounts.Keys.Concat(VolumeMounts(spec).Select(v => v.Path)).Select(m => m[1..]))) Directory.CreateDirectory(Path.Combine(root, place));
        foreach (var link in new[] { "lib", "lib64", "bin", "sbin" }) File.CreateSymbolicLink(Path.Combine(root, link), $"usr/{link}");
    }

    /// <summary>The command line that runs a program of the image: by itself when it is native code, else by the runtime.</summary>
    public static IReadOnlyList<string> Run(string program)
    {
        var name = Path.GetFileName(program);
        return File.Exists($"{program}.dll") ? [$"{Dotnet}/dotnet", $"/app/{name}.dll"] : [$"/app/{name}"];
    }

    private static JsonObject Config(ContainerSpec spec)
    {
        var pod = spec.Pod["spec"]!;
        var container = pod["containers"]!.AsArray().Single()!;
        var security = container["securityContext"];
        var capabilities = Capabilities(security?["capabilities"]).Select(c => $"CAP_{c}").ToList();
        var linux = new JsonObject
        {
            ["namespaces"] = Namespaces(spec, pod),
            ["maskedPaths"] = List("/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"),
            ["readonlyPaths"] = List("/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"),
        };
        if ((string?)(security?["seccompProfile"] ?? pod["securityContext"]?["seccompProfile"])?["type"] == "RuntimeDefault") linux["seccomp"] = SeccompProfile.RuntimeDefault(capabilities);
        var config = new JsonObject
        {
            ["ociVersion"] = "1.0.2",
            ["root"] = new JsonObject { ["path"] = spec.Image?.Root ?? "root", ["readonly"] = (bool?)security?["readOnlyRootFilesystem"] ?? false },
            ["mounts"] = Mounts(spec),
            ["process"] = new JsonObject
            {
                ["cwd"] = "/",
                ["user"] = new JsonObject { ["uid"] = User(spec, pod, security), ["gid"] = (int?)(security?["runAsGroup"] ?? pod["securityContext"]?["runAsGroup"]) ?? 0 },
                // When crun dies, so does what it runs, as every child of the tests.
                ["args"] = List([.. spec.Image?.Launcher ?? Launcher, .. spec.Arguments]),
                ["env"] = List([.. Environment(spec, container)]),
                ["noNewPrivileges"] = (bool?)security?["allowPrivilegeEscalation"] == false,
                ["capabilities"] = new JsonObject { ["bounding"] = List(capabilities), ["permitted"] = List(capabilities), ["effective"] = List(capabilities) },
            },
            ["linux"] = linux,
        };
        if (!IsTrue(pod["hostNetwork"])) config["hostname"] = spec.Name;
        return config;
    }

    private static IEnumerable<string> Capabilities(JsonNode? said)
    {
        var drop = Strings(said?["drop"]);
        var kept = drop.Contains("ALL") ? [] : DefaultCapabilities.Except(drop);
        return kept.Union(Strings(said?["add"]));
    }

    private static int User(ContainerSpec spec, JsonNode pod, JsonNode? security)
    {
        var user = (int?)(security?["runAsUser"] ?? pod["securityContext"]?["runAsUser"]) ?? spec.ImageUser;
        return user == 0 && IsTrue(security?["runAsNonRoot"] ?? pod["securityContext"]?["runAsNonRoot"])
            ? throw new TestClusterException($"{spec.Name}: kubelet would not start it: runAsNonRoot, and its user is root")
            : user;
    }

    private static JsonArray Namespaces(ContainerSpec spec, JsonNode pod)
    {
        var namespaces = new JsonArray(new JsonObject { ["type"] = "mount" });
        if (!IsTrue(pod["hostPID"])) namespaces.Add(new JsonObject { ["type"] = "pid" });
        if (!IsTrue(pod["hostIPC"])) namespaces.Add(new JsonObject { ["type"] = "ipc" });
        if (!IsTrue(pod["hostNetwork"])) namespaces.Add(new JsonObject { ["type"] = "uts" });
        if (spec.NetworkNamespace is { } network) namespaces.Add(new JsonObject { ["type"] = "network", ["path"] = $"/run/netns/{network}" });
        return namespaces;
    }

    private static JsonArray Mounts(ContainerSpec spec)
    {
        var runtime = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!).Parent!.Parent!.Parent!.FullName;
        return
        [
            Mount("/proc", "proc", "proc"),
            Mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
            Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
            .. (spec.Image?.Mounts ?? new Dictionary<string, string> { ["/usr"] = "/usr", ["/etc"] = "/etc", ["/app"] = spec.Program, [Dotnet] = runtime }).Concat(spec.Mounts)
                .Select(m => Mount(m.Key, "bind", m.Value, "rbind", "ro")),
            .. VolumeMounts(spec).Select(v => Mount(v.Path, "bind", v.Source, "rbind", v.IsReadOnly ? "ro" : "rw")),
        ];
    }

    /// <summary>The pod's volumes of the kinds that are a folder of the node.</summary>
    private static IEnumerable<(string Path, string Source, bool IsReadOnly)> VolumeMounts(ContainerSpec spec)
    {
        var pod = spec.Pod["spec"]!;
        foreach (var mount in pod["containers"]![0]!["volumeMounts"]?.AsArray() ?? [])
        {
            var name = (string)mount!["name"]!;
            var volume = pod["volumes"]?.AsArray().SingleOrDefault(v => (string?)v!["name"] == name);
            if (volume?["emptyDir"] is null && volume?["hostPath"] is null) throw new TestClusterException($"{spec.Name}: the test bed has no volume {name}");
            yield return ((string)mount["mountPath"]!, spec.Volumes[name], IsTrue(mount["readOnly"]));
        }
    }

    private static IEnumerable<string> Environment(ContainerSpec spec, JsonNode container)
    {
        foreach (var variable in container["env"]?.AsArray() ?? [])
        {
            var value = (string?)variable!["valueFrom"]?["fieldRef"]?["fieldPath"] switch
            {
                "metadata.namespace" => Installation.Namespace,
                "spec.nodeName" => spec.Node,
                null => variable["value"]?.ToString(),
                var path => throw new TestClusterException($"{spec.Name}: the test bed knows no {path}"),
            };
            yield return $"{variable["name"]}={value}";
        }

        yield return $"DOTNET_ROOT={Dotnet}";
        yield return "PATH=/usr/sbin:/usr/bin";
        foreach (var (name, value) in spec.Environment) yield return $"{name}={value}";
    }

    private static JsonObject Mount(string destination, string type, string source, params IReadOnlyList<string> options) =>
        new() { ["destination"] = destination, ["type"] = type, ["source"] = source, ["options"] = List(options) };

    private static JsonArray List(params IReadOnlyList<string> items) => [.. items.Select(item => (JsonNode)item)];

    private static bool IsTrue(JsonNode? value) => (bool?)value == true;

    private static List<string> Strings(JsonNode? list) => list?.AsArray().Select(item => (string)item!).ToList() ?? [];
}
