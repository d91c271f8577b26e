using System.Text.Json.Nodes;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>Who is not the first in the line looks before it writes, and learns from what it finds.</summary>
public sealed class TurnTakingTests : IAsyncLifetime
{
    private const string Requests = "/apis/kubewol.io/v1alpha1/namespaces/kubewol-system/wakerequests";

    /// <summary>In the middle of a window, and just before and after a boundary.</summary>
    private static readonly DateTimeOffset Middle = new(2026, 11, 22, 12, 0, 2, TimeSpan.Zero);
    private static readonly DateTimeOffset Before = new(2026, 11, 22, 12, 0, 4, 900, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2026, 11, 22, 12, 0, 5, 100, TimeSpan.Zero);

    private readonly StateDirectory _state = new();
    private readonly Told _told = new();
    private ScriptedApi _api = null!;
    private ClusterConnection _connection = null!;
    private Turns _turns = null!;
    private ClusterClock _clock = null!;
    private ClockReader _reader = null!;
    private RequestWriter _writer = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _told.SayReady("node-a", "node-b");
        _api = await ScriptedApi.StartAsync();
        _connection = ClusterConnection.Open(_state.Write("kubeconfig", ScriptedApi.Kubeconfig(_api.Address)));
        _turns = new(_told.Instructions, Some.Options, TimeProvider.System);
        var client = new ClusterClient(_connection, TimeProvider.System);
        _clock = Some.UnknownClock(TimeProvider.System);
        _reader = new(_clock, Some.Spool(new()), client, Some.Options, TimeProvider.System);
        _writer = new(new(_told.Instructions, Some.Options), _turns, _clock, _reader, client, Some.Options);
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _connection.Dispose();
        await _api.DisposeAsync();
        _state.Dispose();
    }

    [Fact]
    public async Task Who_is_first_writes_without_looking_and_says_no_turn()
    {
        var write = WriteAsync(Mine(Middle));
        var post = await _api.NextAsync();
        Assert.Equal($"POST {Requests}", $"{post}");
        Assert.Null(JsonNode.Parse(post.Body)!["metadata"]!["annotations"]);
        await post.CreateAsync();
        Assert.Equal(WriteResult.Created, (await write).Result);
    }

    [Fact]
    public async Task What_was_heard_before_the_clock_was_known_gets_its_date_and_its_name_once_and_before_it_is_asked_for()
    {
        var ahead = TimeSpan.FromSeconds(30);
        KnowClock(ahead);
        var undated = Mine(TimeProvider.System.GetUtcNow()) with { IsUndated = true };
        var entry = new OutboxEntry(undated, RequestName.Of(undated, 0));
        var names = new HashSet<string>();
        foreach (var _ in (int[])[1, 2])
        {
            var write = _writer.WriteAsync(entry, Cancel);
            var post = await _api.NextAsync();
            var written = JsonNode.Parse(post.Body)!["spec"]!["frame"]!["capturedAt"]!.GetValue<DateTimeOffset>();
            Assert.InRange(undated.CapturedAt - written, ahead - TimeSpan.FromSeconds(1), ahead + TimeSpan.FromSeconds(1));
            Assert.Equal(RequestName.Of(undated with { CapturedAt = written }, 0), post.Name);
            names.Add(post.Name);
            await post.RefuseAsync(503, "ServiceUnavailable");
            await Assert.ThrowsAsync<ApiException>(() => write);
        }

        Assert.Single(names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_seal_without_its_password_goes_with_the_date_that_it_was_made_for(bool isRestored)
    {
        KnowClock(TimeSpan.FromSeconds(30));
        var undated = Mine(Middle) with { IsUndated = true, Password = isRestored ? null : new([1, 2, 3, 4]) };
        undated.Password?.Clear();
        var write = _writer.WriteAsync(new(undated, RequestName.Of(undated, 0)) { Seal = "sealed" }, Cancel);
        var post = await _api.NextAsync();
        Assert.Equal(RequestName.Of(undated, 0), post.Name);
        await post.CreateAsync();
        Assert.Equal(WriteResult.Created, (await write).Result);
    }

    [Fact]
    public async Task Who_is_second_looks_and_leaves_it_where_the_first_has_written()
    {
        var signal = Theirs(Middle);
        var write = WriteAsync(signal);
        await Found(await NextLookAsync(signal, Middle), signal, Middle);
        Assert.Equal(WriteResult.AlreadyThere, (await write).Result);
        Assert.False(_api.HasNext);
    }

    [Fact]
    public async Task Who_is_second_writes_where_nobody_has_and_says_so()
    {
        var signal = Theirs(Middle);
        var write = WriteAsync(signal);
        await (await NextLookAsync(signal, Middle)).RefuseAsync(404, "NotFound");
        var post = await _api.NextAsync();
        Assert.Equal("1", (string?)JsonNode.Parse(post.Body)!["metadata"]!["annotations"]!["kubewol.io/turn"]);
        await post.CreateAsync();
        Assert.Equal(WriteResult.Created, (await write).Result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Next_to_a_boundary_it_looks_on_the_other_side_too(bool isCopy)
    {
        foreach (var (mine, theirs) in ((DateTimeOffset, DateTimeOffset)[])[(Before, After), (After, Before)])
        {
            var signal = Theirs(mine);
            var write = WriteAsync(signal);
            await (await NextLookAsync(signal, mine)).RefuseAsync(404, "NotFound");
            // What was heard there more than a second away is another wish.
            await Found(await NextLookAsync(signal, theirs), signal, isCopy ? theirs : mine + 9 * (theirs - mine));
            if (!isCopy)
            {
                await (await NextLookAsync(signal, theirs, attempt: 1)).RefuseAsync(404, "NotFound");
                await (await _api.NextAsync()).CreateAsync();
            }

            Assert.Equal(isCopy ? WriteResult.AlreadyThere : WriteResult.Created, (await write).Result);
        }
    }

    [Fact]
    public async Task A_request_that_ended_before_is_another_wish_for_the_second_in_the_line_too()
    {
        var signal = Theirs(Middle);
        var write = WriteAsync(signal);
        await Found(await NextLookAsync(signal, Middle), signal, Middle.AddSeconds(-1.9), completed: Middle.AddSeconds(-1));
        await (await NextLookAsync(signal, Middle, attempt: 1)).RefuseAsync(404, "NotFound");
        var post = await _api.NextAsync();
        Assert.Equal(RequestName.Of(signal, 1), post.Name);
        await post.CreateAsync();
        Assert.Equal(WriteResult.Created, (await write).Result);
    }

    [Fact]
    public async Task Two_who_take_over_at_once_are_settled_by_the_API_server()
    {
        var signal = Theirs(Middle);
        var write = WriteAsync(signal);
        await (await NextLookAsync(signal, Middle)).RefuseAsync(404, "NotFound");
        await (await _api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        var look = await _api.NextAsync();
        Assert.DoesNotContain("resourceVersion", $"{look}", StringComparison.Ordinal); // it is there, and an old memory will not do
        await Found(look, signal, Middle);
        Assert.Equal(WriteResult.AlreadyThere, (await write).Result);
    }

    [Fact]
    public async Task Who_had_to_be_replaced_twice_is_not_waited_for_until_it_writes_again()
    {
        var signal = Theirs(Middle);
        for (var i = 0; i < 2; i++)
        {
            var write = WriteAsync(signal);
            await (await NextLookAsync(signal, Middle)).RefuseAsync(404, "NotFound");
            await (await _api.NextAsync()).CreateAsync();
            await write;
        }

        Assert.Equal(Turn.First, _turns.Of(signal));
        var late = WriteAsync(signal with { Turn = Turn.First });
        await (await _api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        await Found(await _api.NextAsync(), signal, Middle);
        await late;
        Assert.Equal(1, _turns.Of(signal).Rank);
    }

    [Fact]
    public async Task Others_who_see_that_somebody_had_to_be_replaced_learn_it()
    {
        _told.SayReady("node-a", "node-b", "node-c");
        // A machine whose line is b, c, a: what c wrote after it gave b its turn.
        var signal = Signal(Middle, s => _told.Instructions.Ranking is var r && r.Before("node-a", s.Target).Count() == 2 && r.Before("node-c", s.Target).Count() == 1);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(2, _turns.Of(signal).Rank);
            var write = WriteAsync(signal);
            await Found(await NextLookAsync(signal, Middle), signal, Middle, node: "node-c", turn: "1");
            await write;
        }

        Assert.Equal(1, _turns.Of(signal).Rank);
    }

    private Task<WriteOutcome> WriteAsync(WakeSignal signal) => _writer.WriteAsync(new(signal, RequestName.Of(signal, 0)), Cancel);

    private async Task<Exchange> NextLookAsync(WakeSignal signal, DateTimeOffset window, int attempt = 0)
    {
        var look = await _api.NextAsync();
        Assert.Equal($"GET {Requests}/{RequestName.Of(signal.Identity, window, attempt)}?resourceVersion=0", $"{look}");
        return look;
    }

    private static Task Found(Exchange look, WakeSignal signal, DateTimeOffset capturedAt, string node = "node-b", string? turn = null, DateTimeOffset? completed = null) => look.AnswerAsync(
        200,
        new JsonObject
        {
            ["apiVersion"] = "kubewol.io/v1alpha1",
            ["kind"] = "WakeRequest",
            ["metadata"] = new JsonObject { ["name"] = "n", ["namespace"] = "kubewol-system", ["annotations"] = turn is null ? null : new JsonObject { [RequestMarks.Turn] = turn } },
            ["spec"] = new JsonObject
            {
                ["target"] = new JsonObject { ["macAddress"] = $"{signal.Target}" },
                ["frame"] = new JsonObject { ["node"] = node, ["interface"] = "eth0", ["transport"] = "Ethernet", ["capturedAt"] = capturedAt.UtcDateTime.ToString("O") },
            },
            ["status"] = completed is null ? null : new JsonObject { ["phase"] = "Succeeded", ["completedAt"] = completed.Value.UtcDateTime.ToString("O") },
        }.ToJsonString());

    private WakeSignal Mine(DateTimeOffset at) => Signal(at, s => _turns.Of(s).Rank == 0);

    private WakeSignal Theirs(DateTimeOffset at) => Signal(at, s => _turns.Of(s).Rank == 1);

    private WakeSignal Signal(DateTimeOffset at, Func<WakeSignal, bool> isWanted)
    {
        while (true)
        {
            var signal = Some.Signal with { Identity = new(Some.NextTarget(), 9), CapturedAt = at };
            if (isWanted(signal)) return signal with { Turn = _turns.Of(signal) };
        }
    }

    /// <summary>The API server has said, well enough, that this node's clock is so much ahead.</summary>
    private void KnowClock(TimeSpan ahead)
    {
        var (now, second) = (TimeProvider.System.GetUtcNow() - ahead, TimeProvider.System.TimestampFrequency);
        var whole = now.AddTicks(-(now.UtcTicks % TimeSpan.TicksPerSecond));
        var began = TimeProvider.System.GetTimestamp() - (long)((now - whole).TotalSeconds * second);
        _clock.Said(whole, began, began);
        _clock.Said(whole, began + (second * 7 / 10), began + (second * 7 / 10)); // seven tenths of a second later it was still that second
    }
}
