using System.CommandLine;
using System.Text.Json.Nodes;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.Cli.Output;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Targets;
using KubeWol.Protocol;

namespace KubeWol.Cli.Explaining;

/// <summary>kubectl wol whois: whose a MAC address is, by the operator's own index.</summary>
internal static class WhoisCommand
{
    private static readonly string[] Header = ["NAMESPACE", "NAME", "STATE", "NODE", "KNOWN BY", "POLICIES"];

    public static Command Create(Surroundings around)
    {
        var mac = CommandOptions.Mac("The address.");
        var output = OutputOption.Create("json", "yaml", "name");
        var cluster = new ClusterOptions();
        var command = new Command("whois", "Tell whose a MAC address is: which machine, how it is known by it, which WakePolicies select it.") { mac, output };
        cluster.AddTo(command);
        command.SetAction(async (given, cancellationToken) =>
        {
            var (terminal, address) = (around.Terminal, given.GetValue(mac));
            using var session = cluster.Open(given, around);
            using var judge = await Judge.LoadAsync(session, around.Time, cancellationToken).ConfigureAwait(false);
            foreach (var note in judge.Notes) await terminal.Error.WriteLineAsync($"{terminal.PaintError(Tone.Warning, "note:")} {note}").ConfigureAwait(false);
            var owners = OwnersOf(judge, address);
            if (owners.Count == 0) return await NobodyAsync(terminal, judge, session.System, address).ConfigureAwait(false);

            await terminal.Out.WriteLineAsync(given.GetValue(output) switch
            {
                OutputFormat.Text => string.Join('\n', Table.Lines(Header, owners.Select(o => (IReadOnlyList<string>)[o.Namespace, o.Name, o.State, o.Node ?? "-", o.KnownBy, o.Policies]))),
                OutputFormat.Name => string.Join('\n', owners.Select(o => $"virtualmachine.kubevirt.io/{o.Name}")),
                var format => Documents.Text(new JsonArray([.. owners.Select(o => o.ToJson())]), format),
            }).ConfigureAwait(false);
            if (owners.Count > 1) await terminal.Error.WriteLineAsync($"{terminal.PaintError(Tone.Warning, "warning:")} {owners.Count} machines have it: frames for it are refused (AmbiguousTarget). Give each an address of its own.").ConfigureAwait(false);
            return (int)ExitCode.Done;
        });
        return command.WithExamples("kubectl wol whois 52:54:00:12:34:56", "kubectl wol whois 52-54-00-12-34-56 -o json");
    }

    private static List<Owner> OwnersOf(Judge judge, MacAddress address)
    {
        // As a request in KubeWol's own namespace would find them: the strongest claim wins.
        var claims = judge.Index.ByStrength(address).Select((group, strength) => (Machines: group.DistinctBy(m => ResourceKey.Of(m)).ToList(), Strength: strength));
        var (machines, how) = claims.FirstOrDefault(c => c.Machines.Count > 0);
        return [.. (machines ?? []).OrderBy(m => ResourceKey.Of(m).ToString(), StringComparer.Ordinal).Select(m => Of(judge, m, address, how))];
    }

    private static Owner Of(Judge judge, VirtualMachine machine, MacAddress address, int strength)
    {
        var (known, policies) = (judge.MachineOf(machine), judge.Book.For(machine));
        var how = strength switch
        {
            0 when MacAddresses.Of(machine).Contains(address) => "its spec",
            0 => "its running instance",
            1 => "Harvester's note",
            _ => $"last seen {LastSeenAddresses.Of(machine).First(s => s.Address == address).Seen:yyyy-MM-dd}",
        };
        return new(machine.Metadata.Namespace!, machine.Metadata.Name, known.PrintableStatus, known.Node, how,
            policies is [var only] && DefaultPolicy.Is(only) ? "none (default)" : string.Join(",", policies.Select(p => p.Metadata.Name)));
    }

    private static async Task<int> NobodyAsync(Terminal terminal, Judge judge, string system, MacAddress address)
    {
        var request = new WakeRequest { Metadata = new() { Namespace = system, Name = "whois" }, Spec = new() { Target = new() { MacAddress = address.ToString() } } };
        if (judge.Templates.Claiming(request, null) is { Count: > 0 } templates)
        {
            await terminal.Out.WriteLineAsync($"no machine has {address}; a wake makes one from WakeTemplate {string.Join(" or ", templates.Select(t => ResourceKey.Of(t)))}").ConfigureAwait(false);
            return (int)ExitCode.Done;
        }

        var backwards = OwnersOf(judge, address.Reversed) is [var other, ..] ? $"Written backwards, {address.Reversed}, it is that of {other.Namespace}/{other.Name}." : "A machine that is off is known by the addresses in its spec, and by those remembered from its last runs.";
        throw new CliException(ExitCode.NotFound, $"no machine has {address}, and no WakeTemplate claims it", backwards);
    }

    private sealed record Owner(string Namespace, string Name, string State, string? Node, string KnownBy, string Policies)
    {
        public JsonObject ToJson() => new()
        {
            ["namespace"] = Namespace, ["name"] = Name, ["state"] = State, ["node"] = Node, ["knownBy"] = KnownBy, ["policies"] = Policies,
        };
    }
}
