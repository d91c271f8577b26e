using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.ApiFaults;

/// <summary>All requests and machines, read once every moment for all who wait for something: hundreds of tests that each list everything would be the load.</summary>
internal sealed class RequestBoard : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(150);

    private readonly Cluster _cluster;
    private readonly CancellationTokenSource _over = new();
    private readonly Task _reading;
    private volatile Page _page = new([], new Dictionary<string, VirtualMachine>());
    private TaskCompletionSource _turned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RequestBoard(Cluster cluster)
    {
        _cluster = cluster;
        _reading = ReadAsync();
    }

    public Page Now => _page;

    /// <summary>Waits until something is so.</summary>
    public async Task UntilAsync(string what, TimeSpan limit, Func<Page, bool> condition)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(limit);
        while (true)
        {
            var turned = Volatile.Read(ref _turned).Task;
            if (condition(_page)) return;
            try
            {
                await turned.WaitAsync(late.Token);
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                throw new TestClusterException($"Waited {limit.TotalSeconds:0} s in vain: {what}.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _reading;
        _over.Dispose();
    }

    private async Task ReadAsync()
    {
        using var pace = new PeriodicTimer(Pace);
        try
        {
            while (await pace.WaitForNextTickAsync(_over.Token))
            {
                _page = new(await _cluster.RequestsAsync(_over.Token), (await _cluster.MachinesAsync(_over.Token)).ToDictionary(m => m.Metadata.Name));
                Interlocked.Exchange(ref _turned, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // Nobody waits any more.
        }
    }

    /// <summary>What there is at one moment.</summary>
    internal sealed record Page(IReadOnlyList<WakeRequest> Requests, IReadOnlyDictionary<string, VirtualMachine> Machines)
    {
        public WakeRequest? Request(string name) => Requests.FirstOrDefault(r => r.Metadata.Name == name);

        /// <summary>Those that frames have asked for.</summary>
        public IReadOnlyList<WakeRequest> For(MacAddress address) => [.. Requests.Where(r => r.Spec.Frame is not null && MacAddress.TryParse(r.Spec.Target.MacAddress, null, out var target) && target == address)];

        public string? State(string machine) => Machines.GetValueOrDefault(machine)?.Status?.PrintableStatus;
    }
}
