namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>One cluster with the stand-in for all tests of a class that only make machines of their own in it.</summary>
public sealed class SharedKubeVirt : IAsyncLifetime
{
    internal KubeVirtCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await KubeVirtCluster.StartAsync();

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
