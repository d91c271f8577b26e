using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>Certificates made for one test. All have their key.</summary>
internal static class Certificates
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    public static X509Certificate2 SelfSigned(string host) => Make(null, host, isAuthority: false, [host], Now.AddDays(1));

    public static X509Certificate2 Authority(string name) => Make(null, name, isAuthority: true, [], Now.AddDays(9));

    public static X509Certificate2 Intermediate(this X509Certificate2 issuer, string name) => Make(issuer, name, isAuthority: true, [], Now.AddDays(5));

    /// <summary>A certificate for these host names or addresses; for a client when there are none.</summary>
    public static X509Certificate2 Leaf(this X509Certificate2 issuer, string name, params string[] hosts) => Make(issuer, name, isAuthority: false, hosts, Now.AddDays(1));

    /// <summary>An authority that pretends to be another: same name, same key identifier, another key.</summary>
    public static X509Certificate2 Impostor(this X509Certificate2 authority) =>
        Make(null, authority.GetNameInfo(X509NameType.SimpleName, false), isAuthority: true, [], Now.AddDays(5), authority.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single());

    public static X509Certificate2 Expired(this X509Certificate2 issuer, string host) => Make(issuer, host, isAuthority: false, [host], Now.AddHours(-1));

    /// <summary>The certificates as one PEM text.</summary>
    public static string Pem(params X509Certificate2[] certificates) => string.Join('\n', certificates.Select(c => c.ExportCertificatePem())) + "\n";

    public static string KeyPem(this X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n";

    private static X509Certificate2 Make(X509Certificate2? issuer, string name, bool isAuthority, string[] hosts, DateTimeOffset until, X509SubjectKeyIdentifierExtension? identifier = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        if (isAuthority) request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        // As Go and openssl do: two CAs of one name are told apart by their keys.
        var subject = identifier ?? new X509SubjectKeyIdentifierExtension(request.PublicKey, false);
        request.CertificateExtensions.Add(subject);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(
            issuer?.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single() ?? subject));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }

        if (hosts.Length > 0) request.CertificateExtensions.Add(names.Build());
        if (issuer is null) return request.CreateSelfSigned(Now.AddDays(-1), until);
        using var issuerKey = issuer.GetECDsaPrivateKey()!;
        using var certificate = request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), Now.AddDays(-1), until, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
