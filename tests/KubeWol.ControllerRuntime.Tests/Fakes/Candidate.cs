using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Leadership;
using Microsoft.Extensions.Logging.Abstractions;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>One process that wants to lead.</summary>
internal sealed class Candidate : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ClusterConnection _connection;

    /// <summary>Everything happens on the thread that moves the time: the candidate is at rest whenever the test looks.</summary>
    public Candidate(LeaseServer server, TimeProvider time, LeaderLeaseOptions options, Func<Fate>? fate = null)
    {
        Wire = new Wire(server, time, fate ?? (() => Fate));
        _connection = Clusters.Connect(Wire);
        Lease = new LeaderLease(new ClusterClient(_connection, time), options, Clusters.Metrics(), time, NullLogger<LeaderLease>.Instance);
    }

    public Fate Fate { get; set; } = Fate.Good;

    public Wire Wire { get; }

    public LeaderLease Lease { get; }

    public Task Run { get; private set; } = Task.CompletedTask;

    public bool Leads => Lease.Acquired.IsCompleted && !Lease.Lost.IsCancellationRequested;

    public Candidate Start()
    {
        Run = Lease.RunAsync(_stop.Token);
        return this;
    }

    /// <summary>Ends the renewing.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Ends in order: no more renewing, then the release.</summary>
    public Task StopAsync()
    {
        Stop();
        return Lease.ReleaseAsync(CancellationToken.None);
    }

    public void Dispose()
    {
        _stop.Cancel();
        Lease.Dispose();
        _connection.Dispose();
        _stop.Dispose();
    }
}
