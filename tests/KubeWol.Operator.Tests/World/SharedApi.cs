namespace KubeWol.Operator.Tests.World;

/// <summary>One server for all tests of a class, where there are many and none takes it away.</summary>
public sealed class SharedApi : IAsyncLifetime
{
    internal FakeApi Api { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Api = await FakeApi.StartAsync();

    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
