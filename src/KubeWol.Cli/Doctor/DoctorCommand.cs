using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using KubeWol.Cli.Output;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Cli.Doctor;

/// <summary>kubectl wol doctor: whether KubeWol can work in this cluster, and what is in its way.</summary>
internal static class DoctorCommand
{
    public static Command Create(Surroundings around)
    {
        Check[] checks =
        [
            new("Cluster", ClusterCheck.LookAsync), new("Operator", new OperatorCheck(around.Time).LookAsync), new("Agents", AgentCheck.LookAsync),
            new("Configuration", ConfigurationCheck.LookAsync), new("Admission", AdmissionCheck.LookAsync), new("Requests", new RequestCheck(around.Time).LookAsync), new("Your rights", RightsCheck.LookAsync),
        ];
        var output = OutputOption.Create("json", "yaml");
        var cluster = new ClusterOptions();
        var command = new Command("doctor", "Look whether KubeWol can work: cluster, operator, agents and their NICs, policies, requests, your rights.") { output };
        cluster.AddTo(command);
        command.SetAction(async (given, cancellationToken) =>
        {
            using var session = cluster.Open(given, around);
            var (terminal, format, found) = (around.Terminal, given.GetValue(output), new List<(string Part, Finding Finding)>());
            foreach (var check in checks)
            {
                var findings = await LookAsync(check, session, cancellationToken).ConfigureAwait(false);
                found.AddRange(findings.Select(f => (check.Name, f)));
                if (format == OutputFormat.Text) await TellAsync(terminal, check.Name, findings).ConfigureAwait(false);
            }

            if (format != OutputFormat.Text)
            {
                var list = found.Select(f => new JsonObject { ["part"] = f.Part, ["level"] = f.Finding.Level.ToString(), ["message"] = f.Finding.Words, ["next"] = f.Finding.Next });
                await terminal.Out.WriteLineAsync(Documents.Text(new JsonArray([.. list]), format)).ConfigureAwait(false);
            }

            return (int)(found.Exists(f => f.Finding.Level == Level.Bad) ? ExitCode.Failed : ExitCode.Done);
        });
        return command.WithExamples("kubectl wol doctor", "kubectl wol doctor -o json | jq '.[] | select(.level != \"Good\")'");
    }

    /// <summary>A right that is missing hides one part, and not the others.</summary>
    private static async Task<IReadOnlyList<Finding>> LookAsync(Check check, ClusterSession session, CancellationToken cancellationToken)
    {
        try
        {
            return await check.LookAsync(session, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            return [new(Level.Unknown, e.Message, "You may not look at that.")];
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return [new(Level.Unknown, e.Message)]; // its kind is not served, which another part says
        }
    }

    private static async Task TellAsync(Terminal terminal, string part, IReadOnlyList<Finding> findings)
    {
        await terminal.Out.WriteLineAsync(terminal.Paint(Tone.Strong, part)).ConfigureAwait(false);
        foreach (var finding in findings)
        {
            var mark = finding.Level switch
            {
                Level.Good => terminal.Paint(Tone.Good, "✔"),
                Level.Warning => terminal.Paint(Tone.Warning, "!"),
                Level.Bad => terminal.Paint(Tone.Bad, "✘"),
                _ => terminal.Paint(Tone.Faint, "?"),
            };
            await terminal.Out.WriteLineAsync($"  {mark} {finding.Words}").ConfigureAwait(false);
            if (finding.Next is { } next) await terminal.Out.WriteLineAsync($"    {terminal.Paint(Tone.Faint, next)}").ConfigureAwait(false);
        }
    }
}
