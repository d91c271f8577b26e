namespace KubeWol.TestCluster.ApiServers;

/// <summary>What a service account token ends with; a token of a pod names the pod's node too.</summary>
public sealed record BoundTo
{
    private BoundTo(string kind, string name) => (Kind, Name) = (kind, name);

    public string Kind { get; }

    public string Name { get; }

    public static BoundTo Pod(string name) => new("Pod", name);

    public static BoundTo Node(string name) => new("Node", name);
}
