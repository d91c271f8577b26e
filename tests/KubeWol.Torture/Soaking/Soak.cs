using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Torture.Checking;
using KubeWol.Torture.Planning;
using KubeWol.Torture.Running;
using KubeWol.Torture.Staging;

namespace KubeWol.Torture.Soaking;

/// <summary>Steady traffic and nothing broken; looks every few seconds at what agents and operators use.</summary>
internal sealed class Soak(Stage stage, Plan plan, Action<string> told)
{
    /// <summary>How often the programs are looked at.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    /// <summary>How long finished requests stay: an hour as a rule, but then this would have to last for hours before it is steady.</summary>
    private static readonly TimeSpan KeepFinished = TimeSpan.FromSeconds(20);

    private readonly List<ProgramProbe> _probes = [];
    private int _deleted;

    public async Task<SoakReport> PlayAsync(CancellationToken cancellationToken)
    {
        var beginning = await stage.Recorder.CatchUpAsync(cancellationToken);
        stage.Clock.Begin();
        var sending = new Sending(stage, plan).SendAllAsync(cancellationToken);
        using var pace = new PeriodicTimer(Pace);
        while (!sending.IsCompleted)
        {
            await pace.WaitForNextTickAsync(cancellationToken);
            // A leader that could not renew its lease ends, and is another program when it comes back.
            foreach (var program in stage.Operators.Living.Concat(stage.Agents.Select(a => a.Current)).Where(p => !_probes.Exists(probe => probe.Is(p)))) _probes.Add(new(program));
            await Task.WhenAll(_probes.Select(p => p.LookAsync(stage.Clock.Now, cancellationToken)));
            await ForgetFinishedAsync(cancellationToken);
            told($"{stage.Clock.Now.TotalSeconds,6:0} s  {string.Join(", ", _probes.Where(p => p is { HasEnded: false, Samples.Count: > 0 }).Select(p => $"{p.Name} {p.Samples[^1].Values[ProgramProbe.ResidentMebibytes]:0} MiB"))}");
        }

        await sending;
        var requests = RequestStory.Read(stage.Recorder.Versions, beginning);
        return new() { Plan = plan, Programs = [.. _probes.Select(p => (p.Name, p.Samples))], Requests = requests.Count, Unfinished = requests.Count(r => !r.HasEnded && !r.VanishedUnfinished), Deleted = _deleted };
    }

    private async Task ForgetFinishedAsync(CancellationToken cancellationToken)
    {
        var before = TimeProvider.System.GetUtcNow() - KeepFinished;
        foreach (var request in (await stage.Cluster.RequestsAsync(cancellationToken)).Where(r => r.Status?.CompletedAt < before))
        {
            if (await stage.Cluster.Client.DeleteAsync(WakeRequest.Type, ResourceKey.Of(request), request.Metadata.Uid!, cancellationToken)) _deleted++;
        }
    }
}
