using System.Text.Json.Nodes;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>The program itself, killed at every step of a message's way, and on a disk that is full.</summary>
public sealed class SpoolProgramTests(LiveNode node) : IClassFixture<LiveNode>, IDisposable
{
    private readonly StateDirectory _home = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Spool => _home.File("spool");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Killed_before_anything_could_be_sent_it_sends_everything_in_its_next_life()
    {
        var port = LoopbackPorts.Pick();
        var targets = Enumerable.Range(0, 50).Select(_ => Some.NextTarget()).ToList();
        await using (var program = await StartAsync(port))
        {
            Send(targets);
            await Eventually.BecomesTrueAsync("all are on disk", () => Files.Length == targets.Count, Cancel);
            program.Process.Send(Signal.Kill);
            await program.Process.Exited.SoonAsync();
        }

        await using var api = await ScriptedApi.StartAsync(port);
        await using var forward = NamespacePortForward.Start(node.Namespace, port);
        await using var next = await StartAsync(port);
        var written = await DrainAsync(api, targets.Count);
        Assert.Equal(targets.Select(t => $"{t}").Order(StringComparer.Ordinal), written.Select(r => r.Target).Order(StringComparer.Ordinal));
        await Eventually.BecomesTrueAsync("their files are gone", () => Files.Length == 0, Cancel);
        await HasAsync(next, "kubewol_agent_requests_total{result=\"Created\"} 50");
    }

    /// <summary>What the API server did with it the agent cannot know: it asks again under the same name, which settles it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_while_it_waits_for_the_answer_it_asks_again_under_the_same_name(bool wasCreated)
    {
        await using var api = await ScriptedApi.StartAsync();
        await using var forward = NamespacePortForward.Start(node.Namespace, api.Address.Port);
        string name;
        await using (var program = await StartAsync(api.Address.Port))
        {
            Send([Some.NextTarget()]);
            var request = await WriteAsync(api);
            name = request.Name;
            await Eventually.BecomesTrueAsync("it is on disk", () => Files.SequenceEqual([name]), Cancel);
            program.Process.Send(Signal.Kill);
            await program.Process.Exited.SoonAsync();
            await request.Left.SoonAsync();
        }

        await using var next = await StartAsync(api.Address.Port);
        var again = await WriteAsync(api);
        Assert.Equal(name, again.Name);
        if (wasCreated)
        {
            await again.RefuseAsync(409, "AlreadyExists");
            var look = await api.NextAsync();
            Assert.EndsWith($"/{name}", $"{look}", StringComparison.Ordinal);
            await look.AnswerAsync(200, $$$"""{"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","metadata":{"name":"{{{name}}}","namespace":"kubewol-system"},"spec":{"target":{"macAddress":"52:54:00:12:34:56"} } }""");
        }
        else
        {
            await again.CreateAsync();
        }

        await Eventually.BecomesTrueAsync("its file is gone", () => Files.Length == 0, Cancel);
    }

    /// <summary>Again and again, wherever it is just then: what was on disk when it died is sent in the end, each under one name.</summary>
    [Fact]
    public async Task Killed_at_any_moment_it_forgets_nothing_that_was_on_disk()
    {
        var port = LoopbackPorts.Pick();
        var random = new Random(20261123);
        var kept = new HashSet<string>();
        for (var life = 0; life < 6; life++)
        {
            await using var program = await StartAsync(port);
            var before = Files.Length;
            Send(Enumerable.Range(0, 40).Select(_ => Some.NextTarget()));
            var enough = random.Next(1, 40);
            await Eventually.BecomesTrueAsync("some more are on disk", () => Files.Length >= before + enough, Cancel);
            program.Process.Send(Signal.Kill);
            await program.Process.Exited.SoonAsync();
            Assert.Empty(kept.Except(Files));
            kept.UnionWith(Files);
        }

        await using var api = await ScriptedApi.StartAsync(port);
        await using var forward = NamespacePortForward.Start(node.Namespace, port);
        await using var last = await StartAsync(port);
        var written = await DrainAsync(api, kept.Count);
        Assert.Equal(kept.Order(StringComparer.Ordinal), written.Select(r => r.Name).Order(StringComparer.Ordinal)); // each once
        await Eventually.BecomesTrueAsync("nothing is left", () => Files.Length == 0, Cancel);
        Assert.False(Directory.Exists(Path.Combine(Spool, "corrupt")));
    }

    /// <summary>All that is heard in the life in between is by a clock that nobody has put right, and for an operator whom only the life before has met.</summary>
    [Fact]
    public async Task A_password_that_is_heard_while_the_API_server_is_away_is_sealed_with_the_key_that_an_earlier_life_was_told()
    {
        using var key = OpeningKey.Create();
        var (port, target, password) = (LoopbackPorts.Pick(), Some.NextTarget(), new byte[] { 1, 2, 3, 4 });
        await using var forward = NamespacePortForward.Start(node.Namespace, port);
        await using (var told = await ScriptedApi.StartAsync(port))
        {
            told.ConfigMaps = $$$"""[{"metadata":{"namespace":"kubewol-system","name":"kubewol-agents","uid":"u","resourceVersion":"1"},"data":{"sealingKey":"{{{key.PublicText}}}"} }]""";
            await LiveUntilAsync("the key is on disk", () => File.Exists(Path.Combine(Spool, "sealing-key")));
        }

        await LiveUntilAsync(
            "the message is on disk",
            () => Files.Length == 1,
            () =>
            {
                using var sender = node.OpenSender();
                sender.Send(new WolFrameBuilder().Build(MagicPacket.Build(target, password)));
            });

        await using var api = await ScriptedApi.StartAsync(port);
        await using var last = await StartAsync(port);
        var request = await WriteAsync(api);
        var frame = JsonNode.Parse(request.Body)!["spec"]!["frame"]!;
        Assert.True(PasswordDigest.TryParse(frame["secureOnDigest"]!.GetValue<string>(), out var digest));
        Assert.Equal(0, key.Find(digest, new(request.Name, target, "node-a", frame["capturedAt"]!.GetValue<DateTimeOffset>()), [SecureOnPassword.Of(password)]));
        await request.CreateAsync();
        await Eventually.BecomesTrueAsync("its file is gone", () => Files.Length == 0, Cancel);

        async Task LiveUntilAsync(string what, Func<bool> condition, Action? meanwhile = null)
        {
            await using var program = await StartAsync(port);
            meanwhile?.Invoke();
            await Eventually.BecomesTrueAsync(what, condition, Cancel);
            program.Process.Send(Signal.Kill);
            await program.Process.Exited.SoonAsync();
        }
    }

    [Fact]
    public async Task On_a_disk_that_is_full_it_works_from_memory_and_says_so()
    {
        var port = LoopbackPorts.Pick();
        Directory.CreateDirectory(Spool);
        // A mount of its own, that goes with the program; nobody out here sees it.
        await using var program = await StartAsync(port, ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs \"$0\" && exec \"$@\"", Spool]);
        var targets = Enumerable.Range(0, 100).Select(_ => Some.NextTarget()).ToList();
        Send(targets);
        await program.SaysAsync($"Messages cannot be kept in {Spool} and are kept in memory alone, where a restart loses them; trying again: No space left on device");
        await HasAsync(program, "kubewol_agent_spool_on_disk 0");
        await HasAsync(program, "kubewol_agent_pending_messages 100");

        await using var api = await ScriptedApi.StartAsync(port);
        await using var forward = NamespacePortForward.Start(node.Namespace, port);
        var written = await DrainAsync(api, targets.Count);
        Assert.Equal(targets.Count, written.DistinctBy(r => r.Target).Count());
        await program.SaysAsync($"Messages are kept in {Spool} again");
        await HasAsync(program, "kubewol_agent_spool_on_disk 1");
    }

    private string[] Files => !Directory.Exists(Spool) ? [] :
        [.. Directory.EnumerateFiles(Spool, "wol-*").Select(f => Path.GetFileName(f)).Where(f => !f.EndsWith(".tmp", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private void Send(IEnumerable<MacAddress> targets)
    {
        using var sender = node.OpenSender();
        foreach (var target in targets) sender.Send(Formats.Frame("IPv4", target));
    }

    /// <summary>The next request that writes; what else is asked is answered.</summary>
    private static async Task<Exchange> WriteAsync(ScriptedApi api)
    {
        while (true)
        {
            if (await NextWriteAsync(api) is { } request) return request;
        }
    }

    private static async Task<Exchange?> NextWriteAsync(ScriptedApi api)
    {
        var request = await api.NextAsync();
        if ($"{request}".StartsWith("POST", StringComparison.Ordinal)) return request;
        await request.RefuseAsync(404, "NotFound");
        return null;
    }

    private static Task HasAsync(AgentProgram program, string line) =>
        Eventually.BecomesTrueAsync($"'{line}' is on its page", async () => (await program.MetricsAsync()).Contains($"\n{line}\n", StringComparison.Ordinal), Cancel);

    /// <summary>Creates what the agent asks for, until it is so many.</summary>
    private static async Task<List<Exchange>> DrainAsync(ScriptedApi api, int count)
    {
        var written = new List<Exchange>();
        for (; written.Count < count; await written[^1].CreateAsync()) written.Add(await WriteAsync(api));
        return written;
    }

    private async Task<AgentProgram> StartAsync(int apiPort, params string[] before)
    {
        var kubeconfig = _home.Write("kubeconfig", ScriptedApi.Kubeconfig(new($"http://127.0.0.1:{apiPort}")));
        var spec = AgentProgram.Spec(_home.Path, "--kubeconfig", kubeconfig, "--interface", "eth0", "--spool-directory", Spool);
        string[] command = [.. before, spec.Program, .. spec.Arguments];
        var program = await AgentProgram.StartAsync(node.Namespace, spec with { Program = command[0], Arguments = command[1..] }, _home.File("agent.log"));
        await program.SaysAsync("Listening on eth0");
        return program;
    }
}
