using System.CommandLine;
using KubeWol.Cli.Output;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Cli.Agents;

/// <summary>kubectl wol trace: the frames that all agents hear, as they come in, with what becomes of each.</summary>
internal static class TraceCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create(Surroundings around)
    {
        var mac = CommandOptions.MacOption("--mac", "Only frames for this address.");
        var node = new Option<string?>("--node") { Description = "Only what this node hears.", HelpName = "NODE" };
        var once = new Option<bool>("--once") { Description = "Show what was heard so far, and end." };
        var output = OutputOption.Create("json");
        var cluster = new ClusterOptions();
        var command = new Command("trace", "Watch the frames that agents hear, and what becomes of each: taken, refused and why, and what its request came to.") { mac, node, once, output };
        cluster.AddTo(command);
        command.SetAction(async (given, cancellationToken) =>
        {
            using var session = cluster.Open(given, around);
            var pods = await AgentPod.ListAsync(session, cancellationToken).ConfigureAwait(false);
            if (given.GetValue(node) is { } only) pods = [.. pods.Where(p => p.Node == only)];
            if (pods.Count == 0)
            {
                throw new CliException(ExitCode.NotFound, $"there is no agent {(given.GetValue(node) is { } wanted ? $"on {wanted}" : $"in namespace {session.System}")}", "Try: kubectl wol doctor");
            }

            using var trace = new Trace(around.Terminal, given.GetValue(output), given.GetValue(mac), new RequestOutcomes(session));
            await trace.BeginAsync().ConfigureAwait(false);
            try
            {
                await Task.WhenAll(pods.Select(pod => ListenAsync(session, pod, trace, given.GetValue(once), around, cancellationToken))).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return (int)ExitCode.Interrupted; // there is no other way to end it, and nothing to say about it
            }

            return (int)(trace.HasHeard ? ExitCode.Done : ExitCode.Failed);
        });
        return command.WithExamples("kubectl wol trace", "kubectl wol trace --mac 52:54:00:12:34:56", "kubectl wol trace --once -o json");
    }

    /// <summary>Asks one agent again and again. One that cannot be asked is named, and asked again: it may be starting.</summary>
    private static async Task ListenAsync(ClusterSession session, AgentPod pod, Trace trace, bool once, Surroundings around, CancellationToken cancellationToken)
    {
        using var pages = new AgentPages(session, pod);
        for (var first = true; ; first = false)
        {
            try
            {
                await trace.ShowAsync(await pages.ReadFramesAsync(cancellationToken).ConfigureAwait(false), isOld: first && !once, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ApiException or System.Text.Json.JsonException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await trace.MissAsync(pod, e.Message).ConfigureAwait(false);
            }

            if (once) return;
            await Task.Delay(Pause, around.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
