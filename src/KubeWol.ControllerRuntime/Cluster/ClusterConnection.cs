using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>An authenticated HTTP connection to one API server.</summary>
/// <remarks>
/// KubernetesClient reads the configuration and keeps the credentials fresh. The connection itself is ours: the library's
/// certificate callback forgets the host name whenever a private CA signed the certificate, which is every cluster
/// (docs/design/controller-runtime.md).
/// </remarks>
public sealed class ClusterConnection : IDisposable
{
    private readonly HttpClient _http;
    private readonly ServiceClientCredentials? _credentials;
    private readonly TokenFile? _token;
    private readonly string _root;
    private readonly string? _tlsServerName;
    private volatile TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isAway;

    /// <summary>Connects through any transport, with the credentials of <paramref name="configuration"/> if there are some.</summary>
    internal ClusterConnection(KubernetesClientConfiguration configuration, HttpMessageHandler transport)
    {
        Server = new Uri(configuration.Host);
        Namespace = NullIfEmpty(configuration.Namespace);
        _root = Server.AbsoluteUri.TrimEnd('/'); // a proxy in front of many clusters serves each below a path of its own
        _tlsServerName = NullIfEmpty(configuration.TlsServerName);
        _credentials = Kubernetes.CreateCredentials(configuration);
        _token = configuration.TokenProvider as TokenFile;
        _http = new HttpClient(transport) { Timeout = Timeout.InfiniteTimeSpan }; // each request brings its own deadline; a watch has none
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("kubewol/" + typeof(ClusterConnection).Assembly.GetName().Version?.ToString(3));
    }

    /// <summary>Where the API server is.</summary>
    public Uri Server { get; }

    /// <summary>The namespace of the kubeconfig's context, or of the pod; null where neither names one.</summary>
    public string? Namespace { get; }

    /// <summary>Completes when the API server answers, whatever it says, after it did not: who waits for it need not wait any longer.</summary>
    internal Task Returned => _returned.Task;

    /// <summary>
    /// Connects as configured: by <paramref name="kubeconfig"/> (a path), else by the KUBECONFIG variable, else by the pod's service account,
    /// else by ~/.kube/config. Nothing is sent yet.
    /// </summary>
    /// <param name="kubeconfig">A path, or several separated as PATH is; null to look for one.</param>
    /// <param name="context">The context of the kubeconfig; null for its current one.</param>
    /// <exception cref="ClusterConfigurationException">Nothing of that is there, or what is there is not valid.</exception>
    public static ClusterConnection Open(string? kubeconfig = null, string? context = null) =>
        Open(kubeconfig, Environment.GetEnvironmentVariable, TimeProvider.System, new(), context);

    internal static ClusterConnection Open(string? kubeconfig, Func<string, string?> environment, TimeProvider time, ConnectionPatience patience, string? context = null)
    {
        var list = NullIfEmpty(kubeconfig) ?? NullIfEmpty(environment("KUBECONFIG"));
        var pod = new InCluster(environment);
        var inPod = list is null && context is null && pod.IsHere;
        list ??= Path.Combine(environment("HOME") ?? "/", ".kube", "config");
        try
        {
            if (inPod)
            {
                var service = pod.Configuration(time);
                return new(service, Transport(service, Kubeconfig.Authorities(pod.AuthoritiesFile), patience));
            }

            var files = Kubeconfig.Load(list) ?? throw new ClusterConfigurationException(
                $"no cluster to talk to: there is no kubeconfig at {list} and this is not a pod. Set KUBECONFIG to a kubeconfig file.");
            files.CurrentContext = context ?? files.CurrentContext;
            var authorities = Kubeconfig.Authorities(files);
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(files);
            return new(configuration, Transport(configuration, authorities, patience));
        }
#pragma warning disable CA1031 // YAML, base64, PEM, keys, a plugin that fails: the library throws a dozen kinds, and all mean this one thing
        catch (Exception e) when (e is not ClusterConfigurationException)
#pragma warning restore CA1031
        {
            var what = inPod ? "the pod's service account" : $"the kubeconfig {list}";
            throw new ClusterConfigurationException($"{what} cannot be used: {e.Message.Split('\n')[0]}", e); // some append a stack trace
        }
    }

    /// <summary>Sends <paramref name="request"/>, whose URI is a path, with credentials, and returns as soon as the answer's headers are there, whatever its status.</summary>
    /// <exception cref="HttpRequestException">The connection broke, the server could not prove who it is, or the credentials could not be had.</exception>
    /// <exception cref="TimeoutException">No connection came about in time.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new Uri(_root + request.RequestUri!.OriginalString);
        request.Headers.Host = _tlsServerName; // the one way to tell SocketsHttpHandler which name to expect: it overwrites SslOptions.TargetHost
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        var isAnswered = false;
        try
        {
            await AuthenticateAsync(request, cancellationToken).ConfigureAwait(false);
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            isAnswered = true;
            return response;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // How SocketsHttpHandler reports its ConnectTimeout: a cancellation that nobody asked for.
            throw new TimeoutException($"{Server} cannot be reached: no connection in time", e);
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException tls)
        {
            throw new HttpRequestException(e.HttpRequestError, $"no secure connection to {Server}: {tls.InnerException?.Message ?? tls.Message}", e);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // SocketsHttpHandler lets these through where a connection is reset just as it comes about.
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"no connection to {Server}: {e.Message}", e);
        }
        finally
        {
            if (isAnswered) NoteAnswer();
            else Interlocked.Exchange(ref _isAway, 1);
        }
    }

    /// <summary>Opens a WebSocket at a path, with credentials, by a protocol that the server must know.</summary>
    /// <exception cref="HttpRequestException">The server refused, cannot be reached, or the credentials could not be had.</exception>
    public async Task<WebSocket> OpenWebSocketAsync(string path, string protocol, CancellationToken cancellationToken)
    {
        // The credentials know how to write themselves on a request, and on nothing else.
        using var request = new HttpRequestMessage(HttpMethod.Get, _root + path);
        await AuthenticateAsync(request, cancellationToken).ConfigureAwait(false);
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(protocol);
            socket.Options.CollectHttpResponseDetails = true;
            foreach (var (name, values) in request.Headers) socket.Options.SetRequestHeader(name, string.Join(", ", values));
            if (_tlsServerName is not null) socket.Options.SetRequestHeader("Host", _tlsServerName);
            await socket.ConnectAsync(new UriBuilder(request.RequestUri!) { Scheme = Server.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri, _http, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (WebSocketException e)
        {
            socket.Dispose();
            throw new HttpRequestException($"{path}: {e.Message}", e, (int)socket.HttpStatusCode == 0 ? null : socket.HttpStatusCode);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>After a 401: looks whether there are other credentials by now than those <paramref name="refused"/>. True where asking again makes sense at once.</summary>
    internal async Task<bool> RenewCredentialsAsync(HttpRequestMessage refused, CancellationToken cancellationToken)
    {
        try
        {
            return _token is not null && await _token.RenewAsync(refused.Headers.Authorization?.Parameter, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // just being replaced
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private void NoteAnswer()
    {
        if (Interlocked.Exchange(ref _isAway, 0) == 0) return;
        var returned = _returned;
        _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
        returned.TrySetResult();
    }

    private async Task AuthenticateAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_credentials is null) return;
        try
        {
            await _credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KubeConfigException or IOException or UnauthorizedAccessException)
        {
            // A plugin that fails, a token file that is being replaced: it may well work the next time.
            throw new HttpRequestException($"no credentials for {Server}: {e.Message}", e);
        }
    }

    internal static SocketsHttpHandler Transport(KubernetesClientConfiguration configuration, X509Certificate2Collection? authorities, ConnectionPatience patience)
    {
        var handler = new SocketsHttpHandler
        {
            // A peer that vanished without a word is noticed by pings, under a quiet watch and between requests; and a connection that
            // is kept for good spares the first frame after a silent night the handshake.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            KeepAlivePingDelay = patience.PingAfter,
            KeepAlivePingTimeout = patience.PingAnswer,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectTimeout = patience.Connect,
            EnableMultipleHttp2Connections = true,
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        handler.SslOptions.ClientCertificateContext = ClientCertificate(configuration);
        if (configuration.SkipTlsVerify)
        {
#pragma warning disable CA5359 // the kubeconfig says insecure-skip-tls-verify: true
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (authorities is not null)
        {
            // A trust store of its own instead of a callback: the framework goes on checking name and dates.
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true, // what the server does not send must not be fetched from an address in a stranger's certificate
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            if (authorities.Any(a => !a.SubjectName.RawData.AsSpan().SequenceEqual(a.IssuerName.RawData))) AcceptIntermediates(handler.SslOptions, authorities);
        }

        return handler;
    }

    /// <summary>
    /// A bundle may hold an intermediate CA and nothing above it: Go, and so kubectl, trusts it as it stands, the framework only as a link to
    /// a root. A missing root is forgiven when it is all that is wrong: name, dates, and the signatures down from the intermediate are right.
    /// </summary>
    private static void AcceptIntermediates(SslClientAuthenticationOptions options, X509Certificate2Collection authorities) =>
        options.RemoteCertificateValidationCallback = (_, _, chain, errors) => errors == SslPolicyErrors.None
            || (errors == SslPolicyErrors.RemoteCertificateChainErrors
                && chain!.ChainStatus.All(s => s.Status == X509ChainStatusFlags.PartialChain)
                && authorities.Any(a => a.RawDataMemory.Span.SequenceEqual(chain.ChainElements[^1].Certificate.RawDataMemory.Span)));

    /// <summary>The client certificate with its intermediates, from inline data (also what an exec plugin returned) or from files.</summary>
    private static SslStreamCertificateContext? ClientCertificate(KubernetesClientConfiguration configuration)
    {
        var (certificate, key) = configuration switch
        {
            { ClientCertificateData.Length: > 0 } => (Decode(configuration.ClientCertificateData), Decode(configuration.ClientCertificateKeyData)),
            { ClientCertificateFilePath.Length: > 0 } => (File.ReadAllText(configuration.ClientCertificateFilePath), File.ReadAllText(configuration.ClientKeyFilePath)),
            _ => ("", ""),
        };
        return certificate.Length == 0 ? null : SslStreamCertificateContext.Create(X509Certificate2.CreateFromPem(certificate, key), Kubeconfig.Certificates(certificate), offline: true);
    }

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
