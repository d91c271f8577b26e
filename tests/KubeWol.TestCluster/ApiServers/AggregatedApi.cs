namespace KubeWol.TestCluster.ApiServers;

/// <summary>A group and version that another server on the loopback answers, behind the API server's authentication and authorization.</summary>
/// <param name="GroupVersion">For instance "subresources.kubevirt.io/v1".</param>
/// <param name="Backend">
/// Where it is served. A genuine kube-apiserver takes only https, with a certificate of <see cref="ApiServerOptions.Authority"/> for
/// <see cref="ServerName"/>.
/// </param>
public sealed record AggregatedApi(string GroupVersion, Uri Backend)
{
    /// <summary>The name a genuine kube-apiserver expects in the backend's certificate.</summary>
    public string ServerName => $"{ServiceName}.kube-system.svc";

    internal string Group => GroupVersion.Split('/')[0];

    internal string Version => GroupVersion.Split('/')[1];

    internal string ServiceName => $"aggregated-{GroupVersion.Replace('.', '-').Replace('/', '-')}";

    // An APIService always leads to a Service; ExternalName makes that the loopback.
    internal string Manifest(string caPem) => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{ServiceName}}, namespace: kube-system}
        spec: {type: ExternalName, externalName: localhost, ports: [{port: {{Backend.Port}}}]}
        ---
        apiVersion: apiregistration.k8s.io/v1
        kind: APIService
        metadata: {name: {{Version}}.{{Group}}}
        spec:
          group: {{Group}}
          version: {{Version}}
          groupPriorityMinimum: 1000
          versionPriority: 15
          service: {namespace: kube-system, name: {{ServiceName}}, port: {{Backend.Port}}}
          caBundle: {{Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(caPem))}}

        """;
}
