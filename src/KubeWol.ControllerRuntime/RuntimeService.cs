using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Leadership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KubeWol.ControllerRuntime;

/// <summary>
/// Everything in its order: caches are filled from the start, by standbys too; controllers begin once all caches are full and the lease
/// is held; at the end they finish first, and only then the lease is released.
/// </summary>
internal sealed class RuntimeService(IServiceProvider services, IHostApplicationLifetime host, TimeProvider time) : BackgroundService, IRuntimeState
{
    private readonly Controller[] _controllers = [.. services.GetServices<Controller>()]; // connected to the caches before these are filled
    private readonly IInformer[] _informers = [.. services.GetServices<IInformer>()];
    private readonly LeaderLease? _lease = services.GetService<LeaderLease>();

    public bool IsSynced => _informers.All(i => i.Synced.IsCompleted);

    public bool IsLeading => _lease is null || (_lease.Acquired.IsCompleted && !_lease.Lost.IsCancellationRequested);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var running = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(running.Token, _lease?.Lost ?? CancellationToken.None);
        var background = _informers.Select(i => EndAllOnFault(i.RunAsync(running.Token))).ToList();
        if (_lease is not null) background.Add(EndAllOnFault(_lease.RunAsync(running.Token)));
        try
        {
            await Task.WhenAll(_informers.Select(i => i.Synced)).WaitAsync(running.Token).ConfigureAwait(false);
            if (_lease is not null) await _lease.Acquired.WaitAsync(running.Token).ConfigureAwait(false);
            await Task.WhenAll(_controllers.Select(c => c.RunAsync(leading.Token))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested)
        {
            // Asked to stop before the work began.
        }

        if (_lease is { Lost.IsCancellationRequested: true })
        {
            Environment.ExitCode = 1;
            host.StopApplication();
        }

        await Task.WhenAll(background).ConfigureAwait(false);
        if (_lease is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), time);
            await _lease.ReleaseAsync(patience.Token).ConfigureAwait(false);
        }

        // A fault here is a bug, not an outage: a process that watches no more must end rather than look alive.
        async Task EndAllOnFault(Task task)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch
            {
                await running.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
