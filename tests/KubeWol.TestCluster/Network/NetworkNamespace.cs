using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Network;

/// <summary>A network namespace of our own, with its loopback up; gone when this is disposed of.</summary>
public sealed partial class NetworkNamespace : IAsyncDisposable
{
    private const string NamespaceDirectory = "/run/netns";
    private const int CloneNewNet = 0x40000000;

    private NetworkNamespace(string name) => Name = name;

    /// <summary>The name iproute2 knows it under: ip netns exec NAME …</summary>
    public string Name { get; }

    internal static async Task<NetworkNamespace> CreateAsync(string name, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess) throw new TestClusterException("Network namespaces need root: run this as root.");
        _ = (await Command.RunAsync(new ProcessSpec("ip", "netns", "add", name), cancellationToken)).Checked;
        var ns = new NetworkNamespace(name);
        // Without duplicate address detection an IPv6 address can be used at once.
        ns.Inside(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv6/conf/all/accept_dad", "0");
            File.WriteAllText("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
        });
        await ns.IpAsync(["link set lo up"], cancellationToken);
        return ns;
    }

    /// <summary>Deletes the namespaces of runs that were killed.</summary>
    internal static async Task DeleteOrphansAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(NamespaceDirectory)) return;
        foreach (var name in Directory.EnumerateFiles(NamespaceDirectory).Select(Path.GetFileName).Where(name => OwnedName.IsOrphan(name!)))
        {
            // Another run may be deleting it too: its absence is what counts.
            await Command.RunAsync(new ProcessSpec("ip", "netns", "delete", name!), cancellationToken);
        }
    }

    /// <summary>Runs a program in here to its end.</summary>
    public Task<CommandResult> RunAsync(ProcessSpec spec, CancellationToken cancellationToken) =>
        Command.RunAsync(spec with { Namespace = this }, cancellationToken);

    /// <summary>Starts a program in here.</summary>
    public ChildProcess Start(ProcessSpec spec, string logFile) => ChildProcess.Start(spec with { Namespace = this }, logFile);

    /// <summary>A socket of this process that lives in this namespace; so do the connections it accepts.</summary>
    public Socket CreateSocket(AddressFamily family, SocketType type, ProtocolType protocol) => Inside(() => new Socket(family, type, protocol));

    public async ValueTask DisposeAsync() =>
        await Command.RunAsync(new ProcessSpec("ip", "netns", "delete", Name), CancellationToken.None);

    /// <summary>Runs lines of ip(8) in here, all or up to the first that fails.</summary>
    internal async Task IpAsync(IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var commands = string.Join('\n', lines);
        var result = await Command.RunAsync(new ProcessSpec("ip", "-n", Name, "-batch", "-"), commands, cancellationToken);
        if (!result.Succeeded) throw new TestClusterException($"ip failed in {Name}: {result.Error.Trim()} ({commands.Replace("\n", "; ", StringComparison.Ordinal)})");
    }

    /// <inheritdoc cref="Inside(Action)"/>
    public T Inside<T>(Func<T> action)
    {
        T? result = default;
        Inside(() => { result = action(); });
        return result!;
    }

    /// <summary>
    /// Runs an action on a thread that is in this namespace; the sockets and threads made there stay here. Only the network is this
    /// namespace's: /sys and /proc are those of this process.
    /// </summary>
    public void Inside(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        // A thread of its own: it ends here, so that no other work ever finds itself in the wrong namespace.
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle(Path.Combine(NamespaceDirectory, Name));
                if (SetNs(file, CloneNewNet) != 0) throw new TestClusterException($"Cannot enter {Name}: {Marshal.GetLastPInvokeErrorMessage()}.");
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(SafeHandle file, int type);
}
