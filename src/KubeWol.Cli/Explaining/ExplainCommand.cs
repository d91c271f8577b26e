using System.CommandLine;
using System.Net;
using KubeWol.Api.V1Alpha1;
using KubeWol.Cli.Output;
using KubeWol.Cli.Sending;
using KubeWol.Protocol;

namespace KubeWol.Cli.Explaining;

/// <summary>kubectl wol explain: what would become of a frame for a machine, which policy says what, and why.</summary>
internal static class ExplainCommand
{
    public static Command Create(Surroundings around)
    {
        var machine = new Argument<string>("MACHINE") { Description = "The machine: its MAC address, or the name of a VirtualMachine of the namespace." };
        var verb = new Argument<WakeAction?>("VERB")
        {
            Description = $"What the frame asks for: {string.Join(", ", CommandOptions.Verbs)}. What it would be taken for if not given.",
            HelpName = "VERB",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = r => CommandOptions.VerbIn(r, r.Tokens[0].Value),
        };
        verb.CompletionSources.Clear();
        verb.CompletionSources.Add([.. CommandOptions.Verbs]);
        var node = new Option<string>("--heard-on") { Description = "The node that hears it.", HelpName = "NODE", DefaultValueFactory = _ => "some-node" };
        var nic = new Option<string>("--interface", "-i") { Description = "The node's interface that hears it.", HelpName = "NAME", DefaultValueFactory = _ => "some-nic" };
        var vlans = CommandOptions.Vlans("The VLAN it is tagged with.");
        var sourceMac = CommandOptions.MacOption("--source-mac", "Who sends it, by Ethernet address.");
        var sourceIp = new Option<IPAddress?>("--source-ip")
        {
            Description = "Who sends it, by IP address.",
            HelpName = "ADDRESS",
            CustomParser = r =>
            {
                if (IPAddress.TryParse(r.Tokens[0].Value, out var address)) return address;
                r.AddError($"--source-ip: '{r.Tokens[0].Value}' is not an IP address");
                return null;
            },
        };
        var port = CommandOptions.Port("UDP port it is sent to; 9 if not given.");
        var raw = new Option<bool>("--raw") { Description = "A bare Ethernet frame, without UDP." };
        var reversed = new Option<bool>("--reversed") { Description = "With the MAC address backwards." };
        var output = OutputOption.Create("json", "yaml");
        var (message, cluster) = (new MessageOptions(), new ClusterOptions());
        var command = new Command("explain", "Tell what would become of a frame for a machine: which WakePolicy says what, and why.") { machine, verb, node, nic, vlans, sourceMac, sourceIp, port, raw, reversed, output };
        message.AddTo(command);
        cluster.AddTo(command);
        command.SetAction(async (given, cancellationToken) =>
        {
            using var session = cluster.Open(given, around);
            using var judge = await Judge.LoadAsync(session, around.Time, cancellationToken).ConfigureAwait(false);
            var target = AddressOf(judge, Asking.Target.Parse(given.GetValue(machine)!), session.Namespace);
            var called = given.GetValue(reversed) ? target.Reversed : target;
            var now = around.Time.GetUtcNow();
            var signed = message.Command(given, given.GetValue(verb) ?? WakeAction.Wake, called, around.Time);
            var frame = new CapturedFrame
            {
                Node = given.GetValue(node),
                Interface = given.GetValue(nic),
                Transport = given.GetValue(raw) ? FrameTransport.Ethernet : given.GetValue(sourceIp)?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? FrameTransport.UDPv6 : FrameTransport.UDPv4,
                DestinationPort = given.GetValue(raw) ? null : given.GetValue(port) ?? 9,
                SourceMac = given.GetValue(sourceMac)?.ToString() ?? "some-sender",
                SourceIp = given.GetValue(sourceIp)?.ToString(),
                Vlans = given.GetValue(vlans) is { Length: > 0 } ids ? [.. ids] : null,
                CapturedAt = now,
                Command = signed is null ? null : Convert.ToBase64String(signed),
            };
            var request = new WakeRequest
            {
                // Where agents write: only from there is a machine of any namespace reached.
                Metadata = new() { Namespace = session.System, Name = "explain", Uid = Guid.NewGuid().ToString(), CreationTimestamp = now },
                Spec = new() { Target = new() { MacAddress = called.ToString() }, Action = signed is null ? given.GetValue(verb) : null, Frame = frame },
            };
            List<string> notes = [.. judge.Notes];
            if (message.Password(given) is { } password)
            {
                request = request with { Spec = request.Spec with { Frame = frame with { SecureOnDigest = judge.Passwords.Seal("explain", called, frame, password) } } };
                var ns = judge.Reader.Read(request).Machine?.Object.Metadata.Namespace ?? session.Namespace;
                if (!await judge.ReadPasswordsAsync(session, ns, cancellationToken).ConfigureAwait(false)) notes.Add($"you may not read the Secret kubewol-secureon of {ns}: no password could be compared");
            }

            var explanation = Explanation.Of(judge, request);
            await TellAsync(around.Terminal, explanation, called, notes, given.GetValue(output)).ConfigureAwait(false);
            return (int)(explanation.IsAllowed ? ExitCode.Done : explanation.IsUnknown ? ExitCode.NotFound : ExitCode.Failed);
        });
        return command.WithExamples(
            "kubectl wol explain web-01                                    # a plain packet",
            "kubectl wol explain 52:54:00:12:34:56 sleep --port 9101       # one for a port of its own",
            "kubectl wol explain web-01 --vlan 10 --source-ip 192.168.10.7 # from there",
            "kubectl wol explain web-01 destroy --sign-key ops.pem         # with a signed command");
    }

    /// <summary>The address by which a frame would call the machine.</summary>
    private static MacAddress AddressOf(Judge judge, Asking.Target target, string ns)
    {
        if (target.Mac is { } mac) return mac;
        var key = new ControllerRuntime.ResourceKey(target.Namespace ?? ns, target.Name!);
        var found = judge.Machines.Find(key) ?? throw new CliException(ExitCode.NotFound, $"there is no VirtualMachine {key}", $"Which are there? Try: kubectl get virtualmachines -n {key.Namespace}");
        return judge.AddressesOf(found) is [var first, ..] ? first : throw new CliException(
            ExitCode.NotFound, $"{key} has no MAC address yet: it fixes none, and has not run", "Give its interface a macAddress, or start it once.");
    }

    private static async Task TellAsync(Terminal terminal, Explanation explanation, MacAddress called, IEnumerable<string> notes, OutputFormat format)
    {
        var (write, machine) = (terminal.Out, explanation.Reading.Machine);
        foreach (var note in notes) await terminal.Error.WriteLineAsync($"{terminal.PaintError(Tone.Warning, "note:")} {note}").ConfigureAwait(false);
        if (format != OutputFormat.Text)
        {
            await write.WriteLineAsync(Documents.Text(explanation.ToJson(), format)).ConfigureAwait(false);
            return;
        }

        await write.WriteLineAsync(machine is not null
            ? $"{called} calls {machine.Object.Metadata.Namespace}/{machine.Object.Metadata.Name}, which is {machine.PrintableStatus}."
            : $"{called} is the address of {(explanation.Reading.Found.Count > 1 ? "several machines" : "no machine")}.").ConfigureAwait(false);
        if (explanation.Says.Count > 0) await write.WriteLineAsync($"Such a frame means {explanation.Action}:").ConfigureAwait(false);
        foreach (var says in explanation.Says)
        {
            var (tone, mark) = says.Refusal is null ? (Tone.Good, "✔") : (Tone.Bad, "✘");
            await write.WriteLineAsync($"  {terminal.Paint(tone, mark)} {says.Words}{(says.Refusal is { } why ? $" ({why})" : "")}").ConfigureAwait(false);
        }

        var verdict = explanation.IsAllowed ? terminal.Paint(Tone.Good, "Allowed:") : terminal.Paint(Tone.Bad, $"{explanation.Plan.Reason}:");
        await write.WriteLineAsync($"{verdict} {explanation.Deed()}").ConfigureAwait(false);
    }
}
