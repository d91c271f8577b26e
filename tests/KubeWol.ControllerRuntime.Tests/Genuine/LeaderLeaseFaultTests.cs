using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Leadership;
using KubeWol.ControllerRuntime.Tests.Fakes;
using KubeWol.FaultProxy;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace KubeWol.ControllerRuntime.Tests.Genuine;

/// <summary>One error of each kind at each call of the lease: it is acquired and held all the same.</summary>
[Collection(nameof(GenuineServer))]
public sealed class LeaderLeaseFaultTests(GenuineServer genuine) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_lease_is_acquired_and_held_whatever_error_meets_one_of_its_calls()
    {
        await using var proxy = await ApiProxy.StartAsync(genuine.Api.Address, genuine.Api.Authority, Bounded.Test);
        var kubeconfig = (await File.ReadAllTextAsync(genuine.Api.AdminKubeconfig, Bounded.Test)).Replace($":{genuine.Api.Address.Port}", $":{proxy.Address.Port}", StringComparison.Ordinal);
        var path = _folder.Write("proxied", kubeconfig);
        var cells = from verb in (string[])["GET", "POST", "PATCH"]
                    from kind in Enum.GetValues<FaultKind>()
                    where Fault.CannotMeet(kind, verb) is null
                    // What befalls a connection would befall the other cells' calls, too: each has one of its own.
                    select HoldAsync(proxy, path, verb, kind);
        var wrong = (await Task.WhenAll(cells)).OfType<string>().ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private async Task<string?> HoldAsync(ApiProxy proxy, string kubeconfig, string verb, FaultKind kind)
    {
        var name = $"{genuine.NewLabel()}-{verb}-{kind}".ToLowerInvariant();
        using var rule = proxy.Add(new(kind) { Times = 1, When = call => call.Name == $"{verb} leases" && (call.Object == name || call.Body.Contains($"\"{name}\"", StringComparison.Ordinal)) });
        using var connection = ClusterConnection.Open(kubeconfig);
        // Calm enough for a busy machine: this is about what becomes of an error, not about how fast.
        var options = new LeaderLeaseOptions { Namespace = "default", Name = name, Duration = TimeSpan.FromSeconds(40), RenewDeadline = TimeSpan.FromSeconds(30), RetryPeriod = TimeSpan.FromMilliseconds(300) };
        using var lease = new LeaderLease(new ClusterClient(connection, TimeProvider.System), options, Clusters.Metrics(), TimeProvider.System, NullLogger<LeaderLease>.Instance);
        using var stop = new CancellationTokenSource();
        var running = lease.RunAsync(stop.Token);
        try
        {
            await Eventually.BecomesTrueAsync(
                "it is held and renewed", Patience,
                () => Task.FromResult(rule.Injected == 1 && lease.IsHeld && proxy.Writes.Count(w => w.IsDone && w.Call.Verb == "PATCH" && w.Call.Object == name) > 2),
                Bounded.Test);
            return null;
        }
        catch (TestClusterException)
        {
            return $"{verb} {kind}: injected {rule.Injected} times, held: {lease.IsHeld}, lost: {lease.Lost.IsCancellationRequested}";
        }
        finally
        {
            await stop.CancelAsync();
            await running.SoonAsync();
        }
    }
}
