using System.Diagnostics;
using System.Text.Json.Nodes;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>What machines cost the API server: benchmarks run against the stand-in, and it must not be what they measure.</summary>
public sealed class StandInCostTests(ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>20, or as many as KUBEWOL_STANDIN_MACHINES says.</summary>
    private static int Machines => int.TryParse(Environment.GetEnvironmentVariable("KUBEWOL_STANDIN_MACHINES"), out var machines) ? machines : 20;

    [Fact]
    public async Task A_machine_costs_few_writes()
    {
        var machines = Machines;
        await using var cluster = await KubeVirtCluster.StartAsync();
        var bed = new HttpBed(cluster.Http);
        string[] names = [.. Enumerable.Range(0, machines).Select(i => $"vm{i}")];

        // The object, and its first status.
        await PhaseAsync("create", 2, name => bed.CreateAsync(TestMachines.Vm(name, "runStrategy=Halted")), "Stopped");

        // The run strategy; once the finalizer; the instance, and that it runs; the machine's status. And, to stop, the deletion and its end.
        await PhaseAsync("start", 5, async name => Assert.Equal("202", await bed.PutAsync("vm", name, "start", "")), "Running");
        await PhaseAsync("stop", 4, async name => Assert.Equal("202", await bed.PutAsync("vm", name, "stop", "")), "Stopped");
        await PhaseAsync("start again", 4, async name => Assert.Equal("202", await bed.PutAsync("vm", name, "start", "")), "Running");

        async Task PhaseAsync(string what, int writes, Func<string, Task> act, string outcome)
        {
            var (before, watch) = (await RevisionAsync(), Stopwatch.StartNew());
            await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel }, async (name, _) => await act(name));
            var asked = watch.Elapsed;
            await UntilAllAsync(outcome);
            var cost = (await RevisionAsync() - before) / (double)machines;
            var times = $"{machines} in {asked.TotalSeconds:0.0} s, all {outcome} after {watch.Elapsed.TotalSeconds:0.0} s";
            output.WriteLine($"{what}: {times}, {cost:0.0} writes each; {Environment.WorkingSet >> 20} MiB");
            Assert.InRange(cost, 1, writes + 0.5);
        }

        // Longer than Eventually waits: ten thousand take their time.
        async Task UntilAllAsync(string outcome)
        {
            for (var left = machines; left > 0;)
            {
                // A table of NAME, AGE, STATUS, READY: the whole objects would cost more than what is measured.
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("apis/kubevirt.io/v1/virtualmachines?includeObject=None", UriKind.Relative));
                request.Headers.Accept.ParseAdd("application/json;as=Table;v=v1;g=meta.k8s.io");
                using var response = await cluster.Http.SendAsync(request, Cancel);
                var table = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
                left = table["rows"]!.AsArray().Count(row => (string?)row!["cells"]![2] != outcome);
                if (left > 0) await Task.Delay(machines, Cancel);
            }
        }

        async Task<long> RevisionAsync()
        {
            var list = JsonNode.Parse(await cluster.Http.GetStringAsync(new Uri("apis/kubevirt.io/v1/virtualmachines?limit=1", UriKind.Relative), Cancel))!;
            return long.Parse((string)list["metadata"]!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
