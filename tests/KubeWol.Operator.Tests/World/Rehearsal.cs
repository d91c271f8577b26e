using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Operator.Tests.World;

/// <summary>
/// The whole operator before a simulated KubeVirt, from the request to its end: passes, the watch and the clock take turns by themselves, and the
/// operator can be made to die, or a call to fail, wherever the test wants.
/// </summary>
internal sealed class Rehearsal : IAsyncDisposable
{
    private int _calls;
    private int _changes;
    private bool _isDead;
    private DateTimeOffset _shown;

    private Rehearsal(OperatorWorld world)
    {
        World = world;
        KubeVirt = new(world.Time);
        var respond = world.Api.Respond;
        world.Api.Respond = call => Disturbed(call, () => KubeVirt.Answer(call) ?? respond(call));
        world.Machines.Changed += (_, _, _) => _changes++;
        world.Instances.Changed += (_, _, _) => _changes++;
        world.Migrations.Changed += (_, _, _) => _changes++;
        world.Requests.Changed += (_, _, _) => _changes++;
        foreach (var node in (string[])["node-a", "node-b", "node-c"]) world.Nodes.Set(Some.Node(node));
    }

    public OperatorWorld World { get; }

    public SimulatedKubeVirt KubeVirt { get; }

    /// <summary>What goes wrong, and at which call, counted from 0.</summary>
    public (Fault Fault, int At) Disturbance { get; set; }

    /// <summary>How far the watches are behind.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>Whether of several requests the one with the last name is looked at first.</summary>
    public bool IsLatestFirst { get; set; }

    /// <summary>How many calls were made.</summary>
    public int Calls => _calls;

    public static async Task<Rehearsal> StartAsync(OperatorOptions? options = null, FakeApi? shared = null) =>
        new(await OperatorWorld.StartAsync(options ?? Some.Options, shared));

    /// <summary>A request is made now.</summary>
    public void Ask(WakeRequest request) =>
        World.Store(request with { Metadata = request.Metadata with { CreationTimestamp = World.Time.GetUtcNow(), ResourceVersion = Some.NextVersion() } });

    public WakeRequestStatus StatusOf(string key = "team-a/ask") => World.Requests.Find(new(key.Split('/')[0], key.Split('/')[1]))!.Status!;

    /// <summary>Lets so much time pass, with the operator at work or without.</summary>
    public async Task PassAsync(double seconds, bool isAtWork = true)
    {
        var until = World.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds);
        while (World.Time.GetUtcNow() < until) await StepAsync(isAtWork, until);
        Show();
    }

    /// <summary>Lets time pass until every request has come to its end.</summary>
    public async Task PlayAsync(double limit = 1000)
    {
        var until = World.Time.GetUtcNow() + TimeSpan.FromSeconds(limit);
        Show();
        while (World.Requests.All.Any(r => !r.IsFinished()))
        {
            Assert.True(World.Time.GetUtcNow() < until, $"no end in sight: {string.Join("; ", World.Requests.All.Select(r => $"{r.Metadata.Name} {r.Status?.Reason} {r.Status?.Message}"))}");
            await StepAsync(isAtWork: true, until);
        }
    }

    /// <summary>The watches catch up, if they are as far behind as they get.</summary>
    public void Show()
    {
        KubeVirt.Settle();
        if (World.Time.GetUtcNow() < _shown + Lag) return;
        _shown = World.Time.GetUtcNow();
        World.Machines.Replace(KubeVirt.Vms);
        World.Instances.Replace(KubeVirt.Vmis);
        World.Migrations.Replace(KubeVirt.Migrations);
        World.SeeRequests();
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();

    /// <summary>All look at what there is; if that changes nothing, the clock goes on to whatever happens next.</summary>
    private async Task StepAsync(bool isAtWork, DateTimeOffset until)
    {
        Show();
        var before = _changes;
        var next = until;
        var open = World.Requests.All.Where(r => isAtWork && !r.IsFinished()).OrderBy(r => r.Metadata.Name);
        foreach (var request in (IsLatestFirst ? open.Reverse() : open).ToList())
        {
            var again = World.Time.GetUtcNow() + await LookAsync(ResourceKey.Of(request));
            if (again < next) next = again;
        }

        Show();
        if (_changes != before) return;
        if (KubeVirt.Due is { } due && due < next) next = due;
        if (Lag > TimeSpan.Zero && _shown + Lag < next) next = _shown + Lag;
        World.Time.SetUtcNow(next);
    }

    private async Task<TimeSpan> LookAsync(ResourceKey key)
    {
        try
        {
            if ((await World.PassAsync(key)).Delay is { } delay) return delay;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            // The runtime looks again.
        }

        if (_isDead)
        {
            World.RestartOperator();
            _shown = default; // the first thing it does is to list everything
        }

        _isDead = false;
        return TimeSpan.FromSeconds(1);
    }

    private Answer Disturbed(Call call, Func<Answer> respond)
    {
        if (_isDead) return new(Answer.Cut);
        if (_calls++ != Disturbance.At || Disturbance.Fault == Fault.None) return respond();
        _isDead = Disturbance.Fault is Fault.DiesBefore or Fault.DiesAfter;
        if (Disturbance.Fault is Fault.DiesAfter or Fault.AnswerLost) respond();
        return Disturbance.Fault == Fault.Refused ? Answer.Refuse(500, "InternalError", "etcdserver: request timed out") : new(Answer.Cut);
    }
}

/// <summary>What can go wrong with a call.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The operator dies before the server gets it.</summary>
    DiesBefore,

    /// <summary>The server does it, and the operator dies before it learns of that.</summary>
    DiesAfter,

    /// <summary>The server does it, and the answer is lost; the operator lives on.</summary>
    AnswerLost,

    /// <summary>The server does not do it: 500.</summary>
    Refused,
}
