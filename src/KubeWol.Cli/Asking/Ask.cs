using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.Cli.Output;
using KubeWol.ControllerRuntime;

namespace KubeWol.Cli.Asking;

/// <summary>What the five verbs have in common: they create a WakeRequest and follow it to its end.</summary>
internal sealed class Ask
{
    private const int LongestStem = 48;
    private const string NameCharacters = "bcdfghjklmnpqrstvwxz2456789"; // as Kubernetes makes names: no vowels, so that no words

    private readonly Surroundings _around;
    private readonly Option<OutputFormat> _output = OutputOption.Create("json", "yaml", "name");
    private readonly Option<bool> _wait = new("--wait") { Description = "Follow the request to its end; --wait=false only creates it.", DefaultValueFactory = _ => true };
    private readonly Option<int?> _timeout = CommandOptions.Number("--timeout", "Seconds the cluster has to get it done; 300 if not given", 5, 86_400);
    private readonly Option<string?> _dry = new("--dry-run")
    {
        Description = "client: show the request and create nothing. server: have the API server check it, too.",
        HelpName = "client|server",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Ask(Surroundings around)
    {
        _around = around;
        _dry.AcceptOnlyFromAmong("client", "server", "none");
    }

    public ClusterOptions Cluster { get; } = new();

    /// <summary>The machine.</summary>
    public Argument<string> Target { get; } = new("MACHINE") { Description = "The machine: its MAC address, or the name of a VirtualMachine of the namespace." };

    public void AddTo(Command command)
    {
        command.Arguments.Insert(0, Target);
        foreach (var option in (Option[])[_wait, _timeout, _dry, _output]) command.Add(option);
        Cluster.AddTo(command);
    }

    /// <summary>Whether nothing is to be created.</summary>
    public bool IsDry(ParseResult given) => DryRun(given) != "none";

    /// <summary>Asks, and tells what becomes of it.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="spec">What is asked for; target and deadline are filled in here.</param>
    /// <param name="cancellationToken">Ends it; the request goes on.</param>
    public async Task<int> RunAsync(ParseResult given, WakeRequestSpec spec, CancellationToken cancellationToken)
    {
        var target = Asking.Target.Parse(given.GetValue(Target)!);
        using var session = Cluster.Open(given, _around);
        var (ns, format, out_) = (target.Namespace ?? session.Namespace, given.GetValue(_output), _around.Terminal.Out);
        var request = new WakeRequest
        {
            Metadata = new() { Namespace = ns, Name = NewName(spec.Action!.Value, target) },
            Spec = spec with { Target = target.ToApi(), DeadlineSeconds = given.GetValue(_timeout) },
        };
        var document = JsonSerializer.SerializeToNode(request, ApiJson.Default.WakeRequest)!;
        document["metadata"]!.AsObject().Remove("generation");
        var dry = DryRun(given);
        if (dry == "client")
        {
            await out_.WriteLineAsync(Documents.Text(document, format == OutputFormat.Text ? OutputFormat.Yaml : format)).ConfigureAwait(false);
            return (int)ExitCode.Done;
        }

        var created = await session.CreateAsync(WakeRequest.Type.Path(ns) + (dry == "server" ? "?dryRun=All" : ""), document, cancellationToken).ConfigureAwait(false);
        if (dry == "server" || !given.GetValue(_wait))
        {
            var text = format switch
            {
                OutputFormat.Text when dry == "server" => $"wakerequest.kubewol.io/{request.Metadata.Name} would be created in {ns} (server dry run)",
                OutputFormat.Text => $"wakerequest.kubewol.io/{request.Metadata.Name} created in {ns}",
                OutputFormat.Name => $"wakerequest.kubewol.io/{request.Metadata.Name}",
                _ => Documents.Text(created, format),
            };
            await out_.WriteLineAsync(text).ConfigureAwait(false);
            return (int)ExitCode.Done;
        }

        return await FollowAsync(session, created.Deserialize(ApiJson.Default.WakeRequest)!, target, format, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> FollowAsync(ClusterSession session, WakeRequest created, Target target, OutputFormat format, CancellationToken cancellationToken)
    {
        var (terminal, key, begun) = (_around.Terminal, ResourceKey.Of(created), _around.Time.GetTimestamp());
        WakeRequest last;
        try
        {
            await using var line = new ProgressLine(terminal, _around.Time);
            last = await new Follower(session, _around.Time).FollowAsync(created, now => line.ShowAsync(Progress(now, target)), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new CliException(ExitCode.Interrupted, $"no longer waiting; WakeRequest {key} goes on", $"See how it ends: kubectl get wakerequest {key.Name} -n {key.Namespace}");
        }

        if (format is OutputFormat.Json or OutputFormat.Yaml && await session.ReadAsync(WakeRequest.Type.Path(key), cancellationToken).ConfigureAwait(false) is { } document)
        {
            await terminal.Out.WriteLineAsync(Documents.Text(document, format)).ConfigureAwait(false);
        }
        else if (format == OutputFormat.Name)
        {
            await terminal.Out.WriteLineAsync($"wakerequest.kubewol.io/{key.Name}").ConfigureAwait(false);
        }

        return (int)await Outcome.TellAsync(last, target, _around.Time.GetElapsedTime(begun), terminal, format == OutputFormat.Text ? terminal.Out : terminal.Error).ConfigureAwait(false);
    }

    /// <summary>As in kubectl, --dry-run alone is that of the client.</summary>
    private string DryRun(ParseResult given) => given.GetResult(_dry) is { Implicit: false } ? given.GetValue(_dry) ?? "client" : "none";

    private static string Progress(WakeRequest now, Target target) => now.Status is { Phase: { } phase } status
        ? $"{phase} ({status.Reason}): {status.Message}"
        : $"{now.Spec.Action} {target}: waiting for the operator to take it up";

    private static string NewName(WakeAction action, Target target)
    {
        var stem = $"{action}-{target.Mac?.ToString("N") ?? target.Name}".ToLowerInvariant();
        return $"{stem[..Math.Min(stem.Length, LongestStem)].TrimEnd('-', '.')}-{RandomNumberGenerator.GetString(NameCharacters, 6)}";
    }
}
