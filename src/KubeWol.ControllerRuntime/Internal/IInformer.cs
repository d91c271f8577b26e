namespace KubeWol.ControllerRuntime.Internal;

/// <summary>An informer without its type: what the host starts and a controller waits for.</summary>
internal interface IInformer
{
    Task Synced { get; }

    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Completes once a watch was begun after this call, and the server has answered it: a connection that died without a word shows nothing, and looks like one on which nothing happens.</summary>
    Task RenewAsync(CancellationToken cancellationToken);
}
