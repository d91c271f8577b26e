using KubeWol.Api.KubeVirt;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.Cli.Tests.Genuine;

/// <summary>A genuine API server with KubeWol installed and an operator at work; made when the first test asks for it.</summary>
public sealed class CliBed : IAsyncDisposable
{
    private static int s_names;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private Cluster? _cluster;
    private Installation? _installation;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Cluster Cluster => _cluster!;

    public Installation Installation => _installation!;

    /// <summary>Starts what has not been started.</summary>
    public async Task StartAsync()
    {
        await _starting.WaitAsync(Cancel);
        try
        {
            if (_installation is not null) return;
            _cluster ??= await Cluster.StartAsync(["node-a", "node-b"], new StandInDelays(), Cancel);
            var installation = await Installation.CreateAsync(_cluster, Cancel);
            await installation.StartOperatorAsync("operator", [], Cancel);
            _installation = installation;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>A namespace of its own.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        await StartAsync();
        var name = $"team-{Interlocked.Increment(ref s_names):d3}";
        await Cluster.Kubectl.OutputAsync(["create", "namespace", name], Cancel);
        return name;
    }

    /// <summary>A stopped machine with an address that no other has.</summary>
    public async Task<MachineManifest> CreateMachineAsync(string ns, string name, IReadOnlyDictionary<string, string>? labels = null)
    {
        var machine = new MachineManifest(ns, name) { Mac = NextAddress().ToString(), Labels = labels ?? new Dictionary<string, string>() };
        await Cluster.ApplyAsync(machine, Cancel);
        await WaitForAsync(machine, "Stopped");
        return machine;
    }

    public Task WaitForAsync(MachineManifest machine, string state) => Eventually.BecomesTrueAsync(
        $"{machine.Name} is {state}", async () => (await MachineAsync(machine))?.Status?.PrintableStatus == state, Cancel);

    public Task<VirtualMachine?> MachineAsync(MachineManifest machine) => Cluster.MachineAsync(new(machine.Namespace, machine.Name), Cancel);

    public static MacAddress NextAddress() => new(0x5254_00c1_0000 + (ulong)Interlocked.Increment(ref s_names));

    /// <summary>The command line, as an administrator.</summary>
    internal Task<Run> RunAsync(params string[] args) => Run.Async([.. args, "--kubeconfig", Cluster.AdminKubeconfig]);

    internal Task<Run> RunAsync(Around around, params string[] args) => Run.Async(around, [.. args, "--kubeconfig", Cluster.AdminKubeconfig]);

    public async ValueTask DisposeAsync()
    {
        if (_installation is not null) await _installation.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
        _starting.Dispose();
    }
}
