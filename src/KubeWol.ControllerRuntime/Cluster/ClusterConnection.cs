using System.Net;
using System.Net.Security;
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

    private ClusterConnection(KubernetesClientConfiguration configuration, X509Certificate2Collection? authorities)
    {
        Server = new Uri(configuration.Host);
        Namespace = configuration.Namespace;
        _credentials = Kubernetes.CreateCredentials(configuration);
        _http = new HttpClient(Handler(configuration, authorities))
        {
            BaseAddress = Server,
            Timeout = Timeout.InfiniteTimeSpan, // each request brings its own deadline; a watch has none
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("kubewol/" + typeof(ClusterConnection).Assembly.GetName().Version?.ToString(3));
    }

    /// <summary>Where the API server is.</summary>
    public Uri Server { get; }

    /// <summary>The namespace of the kubeconfig's context, or of the pod; null where neither names one.</summary>
    public string? Namespace { get; }

    /// <summary>
    /// Connects as configured: by <paramref name="kubeconfig"/> (a path), else by the KUBECONFIG variable, else by the pod's service account,
    /// else by ~/.kube/config. Nothing is sent yet.
    /// </summary>
    /// <exception cref="ClusterConfigurationException">Nothing of that is there, or what is there is not valid.</exception>
    public static ClusterConnection Open(string? kubeconfig = null)
    {
        try
        {
            var list = NullIfEmpty(kubeconfig) ?? NullIfEmpty(Environment.GetEnvironmentVariable("KUBECONFIG"));
            if (list is null && InCluster.IsHere) return new(InCluster.Configuration(), InCluster.Authorities());
            list ??= KubernetesClientConfiguration.KubeConfigDefaultLocation;
            var files = Kubeconfig.Load(list) ?? throw new ClusterConfigurationException(
                $"no cluster to talk to: there is no kubeconfig at {list} and this is not a pod. Set KUBECONFIG to a kubeconfig file.");
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(files);
            return new(configuration, Kubeconfig.Authorities(files, configuration.CurrentContext));
        }
        catch (Exception e) when (e is KubeConfigException or IOException or UnauthorizedAccessException or FormatException
                                      or System.Security.Cryptography.CryptographicException or YamlDotNet.Core.YamlException)
        {
            throw new ClusterConfigurationException($"the cluster configuration cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Sends <paramref name="request"/> with credentials and returns as soon as the answer's headers are there, whatever its status.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        if (_credentials is not null) await _credentials.ProcessHttpRequestAsync(request, cancellationToken).ConfigureAwait(false);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Handler(KubernetesClientConfiguration configuration, X509Certificate2Collection? authorities)
    {
        var handler = new SocketsHttpHandler
        {
            // A peer that vanished without a word is noticed by pings, under a quiet watch and between requests; and a connection that
            // is kept for good spares the first frame after a silent night the handshake.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        handler.SslOptions.TargetHost = NullIfEmpty(configuration.TlsServerName);
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
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handler;
    }

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
