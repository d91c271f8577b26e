using KubeWol.TestBed;
using KubeWol.Torture.Checking;
using KubeWol.Torture.Journals;
using KubeWol.Torture.Planning;
using KubeWol.Torture.Staging;

namespace KubeWol.Torture.Running;

/// <summary>One run on a stage that is set: messages and faults as planned, then calm, then the judgement.</summary>
internal sealed class Run(Stage stage, Plan plan, Action<string> told) : IDisposable
{
    /// <summary>How long the cluster may take to come to rest after the last fault.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>How long nothing must have happened.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private readonly Sending _sending = new(stage, plan);
    private readonly FaultMaking _faults = new(stage, plan, told);

    public async Task<Report> PlayAsync(CancellationToken cancellationToken)
    {
        var beginning = await stage.Recorder.CatchUpAsync(cancellationToken);
        stage.Clock.Begin();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = TellAsync(beginning, over.Token);
        await Task.WhenAll(_sending.SendAllAsync(cancellationToken), _faults.MakeAllAsync(cancellationToken));
        var calmSince = TimeProvider.System.GetUtcNow();
        told($"{stage.Clock.Now.TotalSeconds,6:0.0} s  the last message is sent and everything is whole again");
        await RestAsync(beginning, cancellationToken);
        await over.CancelAsync();
        await progress;

        await stage.Recorder.CatchUpAsync(cancellationToken);
        var journals = new RunJournals
        {
            Messages = _sending.Messages,
            Nodes = [.. stage.Agents.Select(a => a.Life)],
            Store = stage.Recorder.Versions,
            Calls = stage.Cluster.KubeVirt!.Journal.Calls,
            TurnedAway = TurnedAway.In(stage.Agents.SelectMany(a => a.Programs)),
            Beginning = beginning,
            Strategies = Cast.Members.ToDictionary(m => m.Address, m => m.Woken),
            Operator = $"system:serviceaccount:{Installation.Namespace}:kubewol-operator",
            CalmSince = calmSince,
        };
        var verdict = Checker.Judge(journals);
        foreach (var agent in stage.Agents) await stage.Counts.TakeAsync(agent.Current, cancellationToken);
        var posts = await Audit.CountPostsAsync(stage.Cluster.Server!.AuditLog!, cancellationToken);
        told($"{stage.Clock.Now.TotalSeconds,6:0.0} s  every machine is woken once more, in peace");
        var final = await FinalWakes.JudgeAsync(stage, cancellationToken);
        var logs = LogCheck.Judge([.. stage.Operators.All, .. stage.Agents.SelectMany(a => a.Programs)]);
        return new()
        {
            Plan = plan,
            Verdict = verdict with { Violations = [.. verdict.Violations, .. final, .. logs] },
            Faults = _faults.Made,
            Injected = stage.Proxy.Injected,
            AgentCounts = stage.Counts.Results,
            Posts = posts,
        };
    }

    public void Dispose() => _faults.Dispose();

    private async Task TellAsync(long beginning, CancellationToken over)
    {
        using var pace = new PeriodicTimer(Pace);
        try
        {
            while (await pace.WaitForNextTickAsync(over))
            {
                var requests = RequestStory.Read(stage.Recorder.Versions, beginning);
                told($"{stage.Clock.Now.TotalSeconds,6:0.0} s  {_sending.Messages.Count} messages sent, {requests.Count} requests, {requests.Count(r => r.HasEnded)} of them ended");
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    /// <summary>Until every request has ended, no machine moves and nothing has been written for a while; or until patience is at its end, and the checker says what is left.</summary>
    private async Task RestAsync(long beginning, CancellationToken cancellationToken)
    {
        var until = stage.Clock.Now + Patience;
        var (last, since) = (0, stage.Clock.Now);
        while (stage.Clock.Now < until)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
            var requests = RequestStory.Read(stage.Recorder.Versions, beginning);
            var ended = requests.Count(r => r.HasEnded);
            if (ended != last || ended != requests.Count || await stage.AreMachinesAtRestAsync(cancellationToken) is not null) (last, since) = (ended, stage.Clock.Now);
            else if (stage.Clock.Now - since > Calm) return;
        }
    }
}
