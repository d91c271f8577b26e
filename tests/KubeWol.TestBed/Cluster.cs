using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Tools;

namespace KubeWol.TestBed;

/// <summary>
/// An API server with KubeVirt: our own with the stand-in, or, where KUBEWOL_E2E_KUBECONFIG names a kubeconfig, that one with
/// whatever KubeVirt it has.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    /// <summary>Names a kubeconfig of an administrator.</summary>
    public const string GivenVariable = "KUBEWOL_E2E_KUBECONFIG";

    private readonly StateDirectory _state = new();
    private readonly ClusterConnection _connection;
    private readonly string _authority;

    private Cluster(string kubeconfig, string kubectl, string authority, ApiServer? server, KubeVirtStandIn? kubeVirt)
    {
        (Server, KubeVirt, _authority, AdminKubeconfig) = (server, kubeVirt, authority, kubeconfig);
        KubectlProgram = kubectl;
        Kubectl = new Kubectl(kubectl, kubeconfig, _state);
        Helm = new Helm(kubeconfig, _state);
        _connection = ClusterConnection.Open(kubeconfig);
        Client = new ClusterClient(_connection, TimeProvider.System);
    }

    /// <summary>Whether the cluster was given to us: then it has a KubeVirt of its own, and cannot be stopped or made slow.</summary>
    public bool IsGiven => Server is null;

    /// <summary>Our own API server; null where the cluster was given.</summary>
    public ApiServer? Server { get; }

    /// <summary>Our stand-in for KubeVirt; null where the cluster was given.</summary>
    public KubeVirtStandIn? KubeVirt { get; }

    public string AdminKubeconfig { get; }

    public string KubectlProgram { get; }

    public Uri Address => _connection.Server;

    public Kubectl Kubectl { get; }

    public Helm Helm { get; }

    /// <summary>Who issued the API server's certificate, as PEM; only where the server is ours.</summary>
    public string Authority => _authority;

    /// <summary>A typed client with an administrator's rights.</summary>
    public ClusterClient Client { get; }

    /// <summary>Leaves the logs where they are, for somebody to read.</summary>
    public void Keep()
    {
        _state.Keep = true;
        if (Server is not null) Server.KeepState = true;
    }

    /// <summary>Where logs go.</summary>
    public string LogFile(string name) => _state.File(name);

    /// <summary>Writes a file that goes with the cluster.</summary>
    public string WriteFile(string name, string text) => _state.Write(name, text);

    /// <param name="nodes">The nodes KubeVirt has, as far as it is ours.</param>
    /// <param name="delays">How quick our KubeVirt is.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static Task<Cluster> StartAsync(IEnumerable<string> nodes, StandInDelays delays, CancellationToken cancellationToken) =>
        StartAsync(nodes, delays, machineTemplates: false, audit: false, cancellationToken);

    /// <param name="nodes">The nodes KubeVirt has, as far as it is ours.</param>
    /// <param name="delays">How quick our KubeVirt is.</param>
    /// <param name="machineTemplates">Whether our KubeVirt has VirtualMachineTemplates.</param>
    /// <param name="audit">Whether our API server writes down what it answers.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<Cluster> StartAsync(IEnumerable<string> nodes, StandInDelays delays, bool machineTemplates, bool audit, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(GivenVariable) is { Length: > 0 } given)
        {
            if (!File.Exists(given)) throw new TestClusterException($"{GivenVariable} is {given}, and there is no such file.");
            return new Cluster(given, (await ClusterBinaries.LocateAsync(cancellationToken)).Kubectl, "", null, null);
        }

        var authority = new CertificateAuthority();
        var api = KubeVirtStandIn.Api();
        AggregatedApi[] apis = machineTemplates ? [api, KubeVirtStandIn.TemplateApi(api)] : [api];
        var server = await ApiServer.StartAsync(new() { Authority = authority, AggregatedApis = apis, Audit = audit }, cancellationToken);
        var standIn = await KubeVirtStandIn.StartAsync(
            new() { Kubeconfig = server.AdminKubeconfig, Api = api, Authority = authority, Nodes = [.. nodes.Select(n => new StandInNode(n))], CreateNodes = true, Template = machineTemplates, Delays = delays },
            cancellationToken);
        await server.WaitForAggregatedApisAsync(apis, cancellationToken);
        return new Cluster(server.AdminKubeconfig, server.KubectlProgram, authority.Pem, server, standIn);
    }

    /// <summary>A token of a service account, as a pod of it has it; of nobody's pod where <paramref name="pod"/> is null.</summary>
    public async Task<string> TokenAsync(string ns, string serviceAccount, string? pod, CancellationToken cancellationToken)
    {
        string[] bound = pod is null ? [] : ["--bound-object-kind=Pod", $"--bound-object-name={pod}"];
        return (await Kubectl.OutputAsync(["create", "token", serviceAccount, "-n", ns, "--duration=2h", .. bound], cancellationToken)).Trim();
    }

    /// <summary>A kubeconfig for a service account of the chart, for a server reached at <paramref name="address"/>.</summary>
    public async Task<string> KubeconfigForAsync(string ns, string serviceAccount, string? pod, Uri address, CancellationToken cancellationToken)
    {
        var token = await TokenAsync(ns, serviceAccount, pod, cancellationToken);
        var trust = IsGiven
            ? await TrustAsync(cancellationToken)
            : $"certificate-authority-data: {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(_authority))}";
        return _state.Write($"{serviceAccount}-{address.Port}-{Guid.NewGuid():N}.kubeconfig", $"""
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{"{name: c, context: {cluster: c, user: u}}"}]
            users: [{$"{{name: u, user: {{token: \"{token}\"}}}}"}]
            clusters:
              - name: c
                cluster:
                  server: {address}
                  {trust}
            """);
    }

    /// <summary>All WakeRequests, in every namespace.</summary>
    public Task<IReadOnlyList<WakeRequest>> RequestsAsync(CancellationToken cancellationToken) =>
        ListAsync(WakeRequest.Type, ApiJson.Default.WakeRequest, cancellationToken);

    /// <summary>All nodes.</summary>
    public Task<IReadOnlyList<Node>> NodesAsync(CancellationToken cancellationToken) => ListAsync(Node.Type, ApiJson.Default.Node, cancellationToken);

    /// <summary>All machines, in every namespace.</summary>
    public Task<IReadOnlyList<VirtualMachine>> MachinesAsync(CancellationToken cancellationToken) => ListAsync(VirtualMachine.Type, ApiJson.Default.VirtualMachine, cancellationToken);

    /// <summary>All live migrations, in every namespace.</summary>
    public Task<IReadOnlyList<Migration>> MigrationsAsync(CancellationToken cancellationToken) => ListAsync(Migration.Type, ApiJson.Default.Migration, cancellationToken);

    /// <summary>All wishes for clones, in every namespace.</summary>
    public Task<IReadOnlyList<VirtualMachineClone>> ClonesAsync(CancellationToken cancellationToken) => ListAsync(VirtualMachineClone.Type, ApiJson.Default.VirtualMachineClone, cancellationToken);

    /// <summary>Applies a machine, without the cost of a kubectl.</summary>
    public Task ApplyAsync(MachineManifest machine, CancellationToken cancellationToken) => Client.SendAsync(
        HttpMethod.Patch,
        $"{VirtualMachine.Type.Path(new ResourceKey(machine.Namespace, machine.Name))}?fieldManager=kubewol-tests&force=true",
        System.Text.Encoding.UTF8.GetBytes(machine.ToString()),
        new("application/apply-patch+yaml"),
        cancellationToken);

    /// <summary>One machine; null when there is none.</summary>
    public Task<VirtualMachine?> MachineAsync(ResourceKey key, CancellationToken cancellationToken) => Client.GetAsync(VirtualMachine.Type, key, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (KubeVirt is not null) await KubeVirt.DisposeAsync();
        if (Server is not null) await Server.DisposeAsync();
        _connection.Dispose();
        _state.Dispose();
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(ResourceType<T> type, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> json, CancellationToken cancellationToken)
        where T : class, IResource
    {
        byte[] body = [];
        await Eventually.BecomesTrueAsync(
            $"the API server lists {type.Plural}",
            async () =>
            {
                try
                {
                    body = await Client.SendAsync(HttpMethod.Get, type.Path(), null, null, cancellationToken);
                    return true;
                }
                catch (ApiException e) when (e.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
                {
                    return false; // "storage is (re)initializing", just after a restart
                }
            },
            cancellationToken);
        using var list = JsonDocument.Parse(body);
        return [.. list.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Deserialize(json)!)];
    }

    /// <summary>How the given kubeconfig trusts its server; behind a port forward the server's name has to be said.</summary>
    private async Task<string> TrustAsync(CancellationToken cancellationToken)
    {
        var view = await Kubectl.OutputAsync(["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], cancellationToken);
        using var config = JsonDocument.Parse(view);
        var cluster = config.RootElement.GetProperty("clusters")[0].GetProperty("cluster");
        if (cluster.TryGetProperty("insecure-skip-tls-verify", out var skip) && skip.GetBoolean()) return "insecure-skip-tls-verify: true";
        var name = cluster.TryGetProperty("tls-server-name", out var said) ? said.GetString() : Address.Host;
        return $"certificate-authority-data: {cluster.GetProperty("certificate-authority-data").GetString()}\n      tls-server-name: {name}";
    }
}
