using System.Text;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>The text of kubeconfig files: everything is inside, so a file can be moved about.</summary>
internal static class Kubeconfig
{
    public static string ForToken(Uri server, string caPem, string user, string token) => Render(server, caPem, user, $"token: {token}");

    public static string ForCertificate(Uri server, string caPem, string user, IssuedCertificate certificate) => Render(
        server, caPem, user, $"client-certificate-data: {Base64(certificate.CertificatePem)}, client-key-data: {Base64(certificate.KeyPem)}");

    private static string Render(Uri server, string caPem, string user, string credentials) => $$"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: test
          cluster: {server: "{{server.GetLeftPart(UriPartial.Authority)}}", certificate-authority-data: {{Base64(caPem)}}}
        users:
        - name: "{{user}}"
          user: { {{credentials}} }
        contexts:
        - name: test
          context: {cluster: test, user: "{{user}}"}
        current-context: test

        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
