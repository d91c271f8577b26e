using System.Security.Cryptography.X509Certificates;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>A certificate and its private key, as PEM.</summary>
public sealed record IssuedCertificate(string CertificatePem, string KeyPem)
{
    public X509Certificate2 ToCertificate() => X509Certificate2.CreateFromPem(CertificatePem, KeyPem);
}
