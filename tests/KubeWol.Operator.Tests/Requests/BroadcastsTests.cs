using CsCheck;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Several nodes' requests for one broadcast: one counts.</summary>
public sealed class BroadcastsTests
{
    [Fact]
    public void Of_two_copies_the_first_that_was_written_counts()
    {
        var (first, second) = (Copy("node-a"), At(Copy("node-b"), created: 1));
        Assert.Null(Counts(first, second));
        Assert.Same(first, Counts(second, first));
    }

    /// <summary>An agent remembers what it heard, until it is restarted between two frames of one broadcast.</summary>
    [Fact]
    public void A_copy_may_come_from_the_same_node()
    {
        var (first, second) = (Copy("node-a", "first"), At(Copy("node-a", "second"), created: 1, heard: 360));
        Assert.Same(first, Counts(second, first));
    }

    [Theory]
    [InlineData(0, 0, 0, 0, "a")] // by name, if nothing else
    [InlineData(0, 0, 1, 0, "a")]
    [InlineData(0, 500, 0, 0, "b")]
    [InlineData(0, 500, 1, 0, "a")] // the API server's clock goes before those of nodes
    [InlineData(1, 0, 0, 500, "b")]
    public void Which_one_counts_is_the_same_seen_from_either(int createdA, int heardA, int createdB, int heardB, string counts)
    {
        var (a, b) = (At(Copy("node-a", "a"), createdA, heardA), At(Copy("node-b", "b"), createdB, heardB));
        Assert.Equal((counts == "a", counts == "b"), (Counts(a, b) is null, Counts(b, a) is null));
    }

    [Theory]
    [InlineData(WakePhase.Running, WakeOperation.Start)]
    [InlineData(WakePhase.Succeeded, WakeOperation.Start)]
    [InlineData(WakePhase.Succeeded, WakeOperation.None)]
    [InlineData(WakePhase.Failed, WakeOperation.None)]
    public void What_was_begun_or_judged_counts_before_what_was_written_before(WakePhase phase, WakeOperation operation)
    {
        var (earlier, later) = (Copy("node-a"), At(Copy("node-b"), created: 1));
        later = later with { Status = new() { Phase = phase, Operation = operation, Reason = WakeReason.AlreadyActive } };
        Assert.Same(later, Counts(earlier, later));
        Assert.Null(Counts(later, earlier));
    }

    [Fact]
    public void One_that_already_gave_way_counts_for_nothing()
    {
        var (mine, other) = (At(Copy("node-a"), created: 1), Copy("node-b"));
        Assert.Null(Counts(mine, other with { Status = new() { Phase = WakePhase.Failed, Reason = WakeReason.SameBroadcast } }));
    }

    [Fact]
    public void A_copy_of_a_copy_that_is_too_far_from_the_first_is_a_wish_of_its_own()
    {
        var first = Copy("node-a");
        var copy = At(Copy("node-b"), created: 1, heard: 900);
        var again = At(Copy("node-c"), created: 2, heard: 1_800);
        Assert.Same(first, Counts(copy, first, again));
        Assert.Null(Counts(again, first, copy));
    }

    public static TheoryData<string> NoCopies => ["another message", "no message", "another namespace", "a second later", "a second earlier", "being deleted", "by hand"];

    [Theory]
    [MemberData(nameof(NoCopies))]
    public void What_is_no_copy_changes_nothing(string how)
    {
        var (mine, other) = (At(Copy("node-a"), created: 1), Copy("node-b"));
        Assert.NotNull(Counts(mine, other));
        other = how switch
        {
            "another message" => Labelled(other, "another"),
            "no message" => other with { Metadata = other.Metadata with { Labels = null } },
            "another namespace" => other with { Metadata = other.Metadata with { Namespace = "team-a" } },
            "a second later" => At(other, heard: 1_000),
            "a second earlier" => At(other, heard: -1_000),
            "being deleted" => other with { Metadata = other.Metadata with { DeletionTimestamp = Some.Noon } },
            _ => other with { Spec = other.Spec with { Frame = null } },
        };
        Assert.Null(Counts(mine, other));
    }

    /// <summary>However copies arrive, look, begin and end: of those that are copies of each other exactly one is carried out.</summary>
    [Fact]
    public void Of_any_number_of_copies_exactly_one_is_carried_out() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 900], Gen.Bool).Array[1, 8].Select(Gen.Int[0, 1_000]).Sample(story =>
    {
        var (members, seed) = story;
        var random = new Random(seed);
        var requests = new ResourceCache<WakeRequest>();
        var waiting = members.Select((m, i) => At(Copy($"node-{i}", $"copy-{i}"), m.Item1, m.Item2)).ToList();
        var done = 0;
        while (waiting.Count > 0 || requests.All.Any(r => !r.IsFinished()))
        {
            if (waiting.Count > 0 && random.Next(2) == 0)
            {
                var arrived = waiting[random.Next(waiting.Count)];
                waiting.Remove(arrived);
                requests.Set(arrived);
                continue;
            }

            var open = requests.All.Where(r => !r.IsFinished()).ToList();
            if (open.Count == 0) continue;
            var request = open[random.Next(open.Count)];
            var begun = request.Status?.Operation == WakeOperation.Start;
            var gives = Broadcasts.CountsFor(requests, request) is not null;
            Assert.False(begun && gives);
            if (!gives && !begun) done++;
            requests.Set(request with
            {
                Metadata = request.Metadata with { ResourceVersion = Some.NextVersion() },
                Status = gives ? new() { Phase = WakePhase.Failed, Reason = WakeReason.SameBroadcast }
                    : begun ? new() { Phase = WakePhase.Succeeded, Reason = WakeReason.Started, Operation = WakeOperation.Start }
                    : new() { Phase = WakePhase.Running, Reason = WakeReason.WaitingForStart, Operation = WakeOperation.Start },
            });
        }

        Assert.Equal(1, done);
    });

    [Fact]
    public async Task A_copy_touches_nothing_uses_nothing_up_is_no_Event_and_is_gone_after_a_moment()
    {
        await using var world = await OperatorWorld.WithAsync(Copy("node-a"), Some.Vm());
        var copy = At(Copy("node-b"), created: 1);
        world.Store(copy);
        await world.PassAsync();
        await world.PassAsync(ResourceKey.Of(copy));

        var ended = world.Requests.Find(ResourceKey.Of(copy))!.Status!;
        Assert.Equal((WakePhase.Failed, WakeReason.SameBroadcast), (ended.Phase, ended.Reason));
        Assert.Equal("the same broadcast was heard on node-a, too, and WakeRequest kubewol-system/on-node-a (Wake) counts", ended.Message);
        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Empty(await world.ToldAsync());

        world.Time.Advance(Lifetimes.Fleeting);
        await world.PassAsync(ResourceKey.Of(copy));
        Assert.DoesNotContain(world.Calls, c => c.StartsWith("DELETE", StringComparison.Ordinal) && c.Contains("on-node-a", StringComparison.Ordinal));
        Assert.Contains(world.Calls, c => c.StartsWith("DELETE", StringComparison.Ordinal) && c.Contains("on-node-b", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_copy_that_arrives_when_all_is_over_does_not_undo_what_came_after()
    {
        await using var world = await OperatorWorld.WithAsync(Copy("node-a"), Some.Vm());
        var first = world.Request with { Status = new() { Phase = WakePhase.Succeeded, Reason = WakeReason.Started, Operation = WakeOperation.Start } };
        world.Store(first);
        world.Time.Advance(TimeSpan.FromMinutes(2)); // somebody has switched the machine off again
        var copy = At(Copy("node-b"), created: 120);
        world.Store(copy);
        await world.PassAsync(ResourceKey.Of(copy));

        Assert.Equal(WakeReason.SameBroadcast, world.Requests.Find(ResourceKey.Of(copy))!.Status!.Reason);
        Assert.Empty(world.SubresourceCalls);
    }

    [Fact]
    public void Thousands_of_copies_from_two_nodes_are_looked_at_once_each()
    {
        var copies = Enumerable.Range(0, 2_000).Select(i => At(Copy($"node-{i % 2}", $"copy-{i:0000}"), heard: i)).ToArray();
        Assert.Equal("copy-1000", Counts(copies[^1], copies[..^1])!.Metadata.Name); // the first within a second that gives way to nobody
    }

    private static WakeRequest? Counts(WakeRequest mine, params WakeRequest[] others)
    {
        var requests = new ResourceCache<WakeRequest>();
        requests.Replace([mine, .. others]);
        return Broadcasts.CountsFor(requests, mine);
    }

    private static WakeRequest Copy(string node, string? name = null)
    {
        var heard = Some.Heard();
        return Labelled(heard with
        {
            Metadata = heard.Metadata with { Name = name ?? $"on-{node}", Uid = $"uid-{node}", ResourceVersion = Some.NextVersion() },
            Spec = heard.Spec with { Frame = heard.Spec.Frame! with { Node = node, CapturedAt = Some.Noon } },
        }, "wake web-01");
    }

    private static WakeRequest Labelled(WakeRequest request, string message) =>
        request with { Metadata = request.Metadata with { Labels = new Dictionary<string, string> { [RequestMarks.Message] = message } } };

    private static WakeRequest At(WakeRequest request, int created = 0, int heard = 0) => request with
    {
        Metadata = request.Metadata with { CreationTimestamp = Some.Noon.AddSeconds(created) },
        Spec = request.Spec with { Frame = request.Spec.Frame! with { CapturedAt = Some.Noon.AddMilliseconds(heard) } },
    };
}
