using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using KubeWol.TestCluster.Processes;
using KubeWol.TestCluster.Tools;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>A real Kubernetes API server over a real etcd, both on the loopback, both gone with this object.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ApiServerOptions _options;
    private readonly ClusterBinaries _binaries;
    private readonly StateDirectory _state;
    private readonly Etcd _etcd;
    private readonly ServerFiles _files;
    private readonly HttpClient _admin;
    private readonly int _port = LoopbackPorts.Pick();
    private int _kubeconfigs;

    private ApiServer(ApiServerOptions options, ClusterBinaries binaries, StateDirectory state, Etcd etcd)
    {
        (_options, _binaries, _state, _etcd) = (options, binaries, state, etcd);
        Address = new Uri($"https://127.0.0.1:{_port}");
        _files = new ServerFiles(options, binaries, state);
        AdminKubeconfig = KubeconfigForToken("admin", _files.AdminToken);
        Kubectl = KubectlFor(AdminKubeconfig);
        Helm = new Helm(AdminKubeconfig, _state);
        _admin = CreateHttpClient(_files.AdminToken);
        Process = StartProcess();
    }

    public Uri Address { get; }

    public CertificateAuthority Authority => _options.Authority;

    public bool IsGenuine => _binaries.IsGenuine;

    /// <summary>kubectl as the administrator (system:masters).</summary>
    public Kubectl Kubectl { get; }

    /// <summary>helm as the administrator.</summary>
    public Helm Helm { get; }

    public string AdminKubeconfig { get; }

    /// <summary>The kubectl program, for those who run it their own way.</summary>
    public string KubectlProgram => _binaries.Kubectl;

    /// <summary>
    /// A file that gets one JSON line for each RBAC decision about anybody but system:masters: user, verb, group, resource, subresource,
    /// namespace, name, path, allowed, and by which binding and rule. Null with a genuine kube-apiserver, which has no such thing.
    /// </summary>
    public string? AuthorizationLog => _files.AuthorizationLog;

    /// <summary>The server's process; another one after a restart.</summary>
    public ChildProcess Process { get; private set; }

    public ChildProcess EtcdProcess => _etcd.Process;

    /// <summary>Where etcd answers, in the clear.</summary>
    public Uri EtcdAddress => _etcd.Address;

    /// <summary>Every answered request as one JSON line (audit.k8s.io/v1, level Metadata); null unless <see cref="ApiServerOptions.Audit"/> is set.</summary>
    public string? AuditLog => _files.AuditLog;

    /// <summary>Set to keep the logs and the data when this is disposed of.</summary>
    public bool KeepState
    {
        get => _state.Keep;
        set => _state.Keep = value;
    }

    public string StatePath => _state.Path;

    public static async Task<ApiServer> StartAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        var binaries = options.Binaries ?? await ClusterBinaries.LocateAsync(cancellationToken);
        if (binaries.IsGenuine && options.AggregatedApis.FirstOrDefault(api => api.Backend.Scheme != Uri.UriSchemeHttps) is { } plain)
            throw new TestClusterException($"A genuine kube-apiserver passes {plain.GroupVersion} on to https only, not to {plain.Backend}.");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartAsync(options, binaries, cancellationToken);
            }
            catch (TestClusterException e) when (attempt < 3 && e.Message.Contains("address already in use", StringComparison.Ordinal))
            {
                // Somebody took the port between the look and the start: once more, with others.
            }
        }
    }

    public static Task<ApiServer> StartAsync(CancellationToken cancellationToken) => StartAsync(new ApiServerOptions(), cancellationToken);

    /// <summary>A client that trusts this server alone; null as token is nobody.</summary>
    public HttpClient CreateHttpClient(string? token) => CreateHttpClient(token, new SocketsHttpHandler());

    /// <summary>The same over a handler of the caller's, from inside a namespace for instance.</summary>
    public HttpClient CreateHttpClient(string? token, SocketsHttpHandler handler)
    {
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { Authority.Certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var client = new HttpClient(handler) { BaseAddress = Address };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A client as the administrator.</summary>
    public HttpClient CreateAdminHttpClient() => CreateHttpClient(_files.AdminToken);

    public HttpClient CreateAdminHttpClient(SocketsHttpHandler handler) => CreateHttpClient(_files.AdminToken, handler);

    public Kubectl KubectlFor(string kubeconfig) => new(_binaries.Kubectl, kubeconfig, _state);

    public string KubeconfigForToken(string user, string token) =>
        WriteKubeconfig(user, Kubeconfig.ForToken(Address, Authority.Pem, user, token));

    public string KubeconfigForClientCertificate(string user, params IEnumerable<string> groups) =>
        WriteKubeconfig(user, Kubeconfig.ForCertificate(Address, Authority.Pem, user, Authority.IssueClient(user, groups)));

    /// <summary>A kubeconfig with a fresh token of an existing service account, good for an hour.</summary>
    public async Task<string> KubeconfigForServiceAccountAsync(string ns, string name, BoundTo? boundTo, CancellationToken cancellationToken) =>
        KubeconfigForToken($"{ns}-{name}", await TokenForServiceAccountAsync(ns, name, boundTo, cancellationToken));

    public async Task<string> TokenForServiceAccountAsync(string ns, string name, BoundTo? boundTo, CancellationToken cancellationToken)
    {
        var request = new
        {
            apiVersion = "authentication.k8s.io/v1",
            kind = "TokenRequest",
            spec = new { expirationSeconds = 3600, boundObjectRef = boundTo is null ? null : new { apiVersion = "v1", kind = boundTo.Kind, name = boundTo.Name } },
        };
        using var response = await _admin.PostAsJsonAsync($"api/v1/namespaces/{ns}/serviceaccounts/{name}/token", request, cancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return response.IsSuccessStatusCode
            ? answer.GetProperty("status").GetProperty("token").GetString()!
            : throw new TestClusterException($"No token for service account {ns}/{name}: {answer.GetProperty("message").GetString()}");
    }

    /// <summary>Takes the server away: <see cref="Signal.Terminate"/> in good order, <see cref="Signal.Kill"/> at once. etcd stays.</summary>
    public async Task StopServerAsync(Signal signal, CancellationToken cancellationToken)
    {
        if (signal == Signal.Kill) await Process.KillAsync(cancellationToken);
        else await Process.StopAsync(cancellationToken);
        await Process.DisposeAsync();
    }

    /// <summary>Brings the server back on the same port with the same data.</summary>
    public async Task StartServerAsync(CancellationToken cancellationToken)
    {
        Process = StartProcess();
        await WaitUntilReadyAsync(cancellationToken);
    }

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopServerAsync(Signal.Terminate, cancellationToken);
        await StartServerAsync(cancellationToken);
    }

    /// <summary>Kills etcd; the server stays, and cannot answer.</summary>
    public Task KillEtcdAsync(CancellationToken cancellationToken) => _etcd.KillAsync(cancellationToken);

    /// <summary>Brings etcd back with its data, and waits until the server is ready again.</summary>
    public async Task StartEtcdAsync(CancellationToken cancellationToken)
    {
        await _etcd.StartAsync(cancellationToken);
        if (!Process.HasExited) await WaitUntilReadyAsync(cancellationToken);
    }

    /// <summary>Makes etcd forget all history up to now, and so older resource versions "too old" (410); returns the current one.</summary>
    public Task<long> CompactAsync(CancellationToken cancellationToken) => _etcd.CompactAsync(cancellationToken);

    /// <summary>Waits until the backends of these aggregated APIs answer through this server.</summary>
    public async Task WaitForAggregatedApisAsync(IEnumerable<AggregatedApi> apis, CancellationToken cancellationToken)
    {
        foreach (var api in apis)
            await Readiness.WaitAsync(Process, StartTimeout, token => _admin.GetAsync(new Uri($"apis/{api.GroupVersion}", UriKind.Relative), token), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Process.HasExited && await Process.Exited is not (0 or 128 + (int)Signal.Kill)) _state.Keep = true;
        _admin.Dispose();
        await Process.KillAsync(CancellationToken.None);
        await Process.DisposeAsync();
        await _etcd.DisposeAsync();
        _state.Dispose();
    }

    private static async Task<ApiServer> StartAsync(ApiServerOptions options, ClusterBinaries binaries, CancellationToken cancellationToken)
    {
        var state = new StateDirectory();
        Etcd? etcd = null;
        ApiServer? server = null;
        try
        {
            etcd = await Etcd.StartAsync(binaries, state, cancellationToken);
            server = new ApiServer(options, binaries, state, etcd);
            await server.WaitUntilReadyAsync(cancellationToken);
            await server.RegisterAggregatedApisAsync(cancellationToken);
            return server;
        }
        catch
        {
            state.Keep = true;
            if (server is not null) await server.DisposeAsync();
            else if (etcd is not null) await etcd.DisposeAsync();
            throw;
        }
    }

    private ChildProcess StartProcess()
    {
        // Twice as eager a garbage collector: tests run several servers side by side. Who measures wants Go's own default, as kube-apiserver has it.
        var environment = new Dictionary<string, string?> { ["GOGC"] = Environment.GetEnvironmentVariable("GOGC") ?? "50" };
        return ChildProcess.Start(new ProcessSpec(_binaries.ApiServer, _files.Arguments(_etcd.Address, _port)) { Environment = environment }, _state.File("apiserver.log"));
    }

    private Task WaitUntilReadyAsync(CancellationToken cancellationToken) =>
        Readiness.WaitAsync(Process, StartTimeout, token => _admin.GetAsync(new Uri("readyz", UriKind.Relative), token), cancellationToken);

    private async Task RegisterAggregatedApisAsync(CancellationToken cancellationToken)
    {
        if (!IsGenuine) return;
        foreach (var api in _options.AggregatedApis) await Kubectl.ApplyAsync(api.Manifest(Authority.Pem), cancellationToken);
    }

    private string WriteKubeconfig(string user, string content) =>
        _state.Write($"{Interlocked.Increment(ref _kubeconfigs)}-{string.Concat(user.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}.kubeconfig", content);
}
