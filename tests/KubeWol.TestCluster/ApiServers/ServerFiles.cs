using System.Security.Cryptography;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>The files an API server is started with, and the command line that names them.</summary>
internal sealed class ServerFiles
{
    private readonly ApiServerOptions _options;
    private readonly ClusterBinaries _binaries;
    private readonly StateDirectory _state;

    public ServerFiles(ApiServerOptions options, ClusterBinaries binaries, StateDirectory state)
    {
        (_options, _binaries, _state) = (options, binaries, state);
        state.Write("ca.crt", options.Authority.Pem);
        Write("server", options.Authority.IssueServer("kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"));
        Write("front-proxy", options.Authority.IssueClient("front-proxy"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        state.Write("service-accounts.key", key.ExportECPrivateKeyPem() + "\n");
        state.Write("service-accounts.pub", key.ExportSubjectPublicKeyInfoPem() + "\n");
        state.Write("tokens.csv", $"{AdminToken},admin,admin,system:masters\n");
        state.Write("audit-policy.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n");
    }

    public string AdminToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public string? AuthorizationLog => _binaries.IsGenuine ? null : _state.File("authorization.jsonl");

    public string? AuditLog => _options.Audit ? _state.File("audit.jsonl") : null;

    public IReadOnlyList<string> Arguments(Uri etcd, int port) =>
    [
        $"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        $"--secure-port={port}",
        $"--cert-dir={_state.File("certs")}",
        $"--tls-cert-file={_state.File("server.crt")}",
        $"--tls-private-key-file={_state.File("server.key")}",
        $"--client-ca-file={_state.File("ca.crt")}",
        $"--token-auth-file={_state.File("tokens.csv")}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        $"--service-account-key-file={_state.File("service-accounts.pub")}",
        $"--service-account-signing-key-file={_state.File("service-accounts.key")}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--allow-privileged=true",
        // It would refuse pods until a controller had made their service account.
        "--disable-admission-plugins=ServiceAccount",
        $"--requestheader-client-ca-file={_state.File("ca.crt")}",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        $"--proxy-client-cert-file={_state.File("front-proxy.crt")}",
        $"--proxy-client-key-file={_state.File("front-proxy.key")}",
        .. _binaries.IsGenuine ? [] : OwnArguments(),
        // Blocking: what was answered stands in the file, even if the server is killed a moment later.
        .. _options.Audit ? [$"--audit-policy-file={_state.File("audit-policy.yaml")}", $"--audit-log-path={AuditLog}", "--audit-log-mode=blocking"] : (string[])[],
        .. _options.ExtraArguments,
    ];

    private IEnumerable<string> OwnArguments() =>
    [
        $"--authz-log={AuthorizationLog}",
        $"--apiservice-ca-file={_state.File("ca.crt")}",
        .. _options.AggregatedApis.Select(api => $"--apiservice={api.GroupVersion}={api.Backend.GetLeftPart(UriPartial.Authority)}"),
    ];

    private void Write(string name, IssuedCertificate certificate)
    {
        _state.Write($"{name}.crt", certificate.CertificatePem);
        _state.Write($"{name}.key", certificate.KeyPem);
    }
}
