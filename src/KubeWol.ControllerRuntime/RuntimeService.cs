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
        var lost = _lease?.Lost ?? CancellationToken.None;
        using var running = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(running.Token, lost);
        using var holding = new CancellationTokenSource(); // outlasts the work: a lease that expired under it would let another begin
        using var ending = lost.Register(StopProcess); // does not wait for work that will not end
        var informers = Task.WhenAll(_informers.Select(i => EndAllOnFault(i.RunAsync(running.Token))));
        var lease = Task.CompletedTask;
        try
        {
            await Task.WhenAll(_informers.Select(i => i.Synced)).WaitAsync(running.Token).ConfigureAwait(false);
            if (_lease is not null)
            {
                lease = EndAllOnFault(_lease.RunAsync(holding.Token)); // not before: who cannot see must not keep others from leading
                await _lease.Acquired.WaitAsync(running.Token).ConfigureAwait(false);
                // What the last leader did, it did before it lost the lease: watches that answer now tell all of it first.
                await Task.WhenAll(_informers.Select(i => i.RenewAsync(leading.Token))).ConfigureAwait(false);
            }

            await Task.WhenAll(_controllers.Select(c => c.RunAsync(leading.Token))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (leading.IsCancellationRequested)
        {
            // Asked to stop, or no leader any more, before the work began.
        }

        try
        {
            await informers.ConfigureAwait(false);
        }
        finally
        {
            await holding.CancelAsync().ConfigureAwait(false);
            await lease.ConfigureAwait(false);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), time);
            if (_lease is not null) await _lease.ReleaseAsync(patience.Token).ConfigureAwait(false);
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
                StopProcess();
                throw;
            }
        }
    }

    private void StopProcess()
    {
        Environment.ExitCode = 1;
        host.StopApplication();
    }
}
