namespace KubeWol.ControllerRuntime.Internal;

/// <summary>An informer without its type: what the host starts and a controller waits for.</summary>
internal interface IInformer
{
    Task Synced { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
