using System.CommandLine;
using KubeWol.Agent.Index;
using KubeWol.ControllerRuntime.Hosting;
using KubeWol.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace KubeWol.Agent;

/// <summary>The agent's command line.</summary>
internal static class AgentCommand
{
    /// <summary>The command that runs the agent.</summary>
    /// <param name="refine">Has the last word about what the agent is put together from; for programs that are the agent but for one thing.</param>
    public static RootCommand Create(Action<IServiceCollection, ParseResult> refine)
    {
        var space = ProgramOptions.Namespace("Namespace WakeRequests are written to.");
        var node = new Option<string?>("--node-name") { Description = "The node this agent listens on. Otherwise $NODE_NAME, or the host name." };
        var interfaces = new Option<string[]>("--interface")
        {
            Description = "Interface to listen on: a name, or a pattern with * and ?. May be repeated. Otherwise all physical interfaces, bonds, bridges and VLANs that are up.",
            AllowMultipleArgumentsPerToken = true,
        };
        var excluded = new Option<string[]>("--exclude-interface") { Description = "Interface never to listen on: a name or a pattern. May be repeated.", AllowMultipleArgumentsPerToken = true };
        var ports = new Option<WolPorts>("--ports")
        {
            Description = "UDP ports to listen for, such as 7,9,47998-48010.",
            DefaultValueFactory = _ => WolPorts.Default,
            CustomParser = result =>
            {
                if (WolPorts.TryParse(result.Tokens[0].Value, null, out var parsed)) return parsed;
                result.AddError($"--ports: '{result.Tokens[0].Value}' is not a list of ports (1 to 65535), such as 7,9,47998-48010");
                return null;
            },
        };
        var promiscuous = new Option<bool>("--promiscuous") { Description = "Hear packets sent to a virtual machine's own address, too; turned off by --promiscuous false.", DefaultValueFactory = _ => true };
        var reversed = new Option<bool>("--reversed-macs") { Description = "Report MAC addresses written backwards, too; for an operator with --reversed-mac-sleeps." };
        var buffer = ProgramOptions.Number("--capture-buffer-mib", "The kernel's capture buffer of each interface, in MiB", 2, 1, 256);
        var limits = RateLimits.Default;
        var senderBurst = ProgramOptions.Number("--sender-burst", "Messages taken of one source MAC address at once", limits.SenderBurst, 1, 1_000_000);
        var senderRate = ProgramOptions.Number("--sender-rate", "Messages taken of one source MAC address a second, in the long run", limits.SenderPerSecond, 1, 10_000);
        var totalBurst = ProgramOptions.Number("--total-burst", "Messages taken of all senders together at once", limits.Burst, 1, 1_000_000);
        var totalRate = ProgramOptions.Number("--total-rate", "Messages taken of all senders together a second, in the long run", limits.PerSecond, 1, 10_000);
        var spool = new SpoolOptions();
        var spoolDirectory = new Option<string?>("--spool-directory") { Description = "Directory in which messages are kept until the API server has acknowledged them, so that a restart loses none. Otherwise they are kept in memory alone." };
        var spoolMessages = ProgramOptions.Number("--spool-messages", "Messages that are kept, on disk and in memory", spool.Messages, 1, 1_000_000);
        var spoolMebibytes = ProgramOptions.Number("--spool-mebibytes", "What they may take up, in MiB", spool.Mebibytes, 1, 1_024);
        var spoolMinutes = ProgramOptions.Number("--spool-minutes", "How long a message is kept at the most, in minutes; once it is too old to be carried out it is only reported", (int)spool.Age.TotalMinutes, 5, 1_440);

        var withoutIndex = new Option<WithoutIndex>("--without-index")
        {
            Description = "While the operator has not said which addresses machines have: Open takes messages for all addresses, Closed keeps them for a moment and then refuses them.",
            DefaultValueFactory = _ => WithoutIndex.Open,
        };

        var common = new ProgramOptions();
        var command = new RootCommand("Listens for Wake-on-LAN messages on this node's network interfaces and writes a WakeRequest for each.") { space, node, interfaces, excluded, ports, promiscuous, reversed, buffer, senderBurst, senderRate, totalBurst, totalRate, withoutIndex, spoolDirectory, spoolMessages, spoolMebibytes, spoolMinutes };
        common.AddTo(command);
        command.SetAction((given, cancellationToken) => ProgramHost.RunAsync("kubewol-agent", common, given, (services, _) =>
        {
            var options = new AgentOptions
            {
                Namespace = given.GetValue(space)!,
                NodeName = given.GetValue(node) ?? Environment.GetEnvironmentVariable("NODE_NAME") ?? Environment.MachineName,
                Interfaces = given.GetValue(interfaces) ?? [],
                ExcludedInterfaces = given.GetValue(excluded) ?? [],
                Ports = given.GetValue(ports)!,
                Promiscuous = given.GetValue(promiscuous),
                ReversedMacs = given.GetValue(reversed),
                WithoutIndex = given.GetValue(withoutIndex),
                BufferMebibytes = given.GetValue(buffer),
                RateLimits = new(given.GetValue(senderBurst), given.GetValue(senderRate), given.GetValue(totalBurst), given.GetValue(totalRate)),
                Spool = new()
                {
                    Directory = given.GetValue(spoolDirectory),
                    Messages = given.GetValue(spoolMessages),
                    Mebibytes = given.GetValue(spoolMebibytes),
                    Age = TimeSpan.FromMinutes(given.GetValue(spoolMinutes)),
                },
            };
            services.AddAgent(options);
            services.AddHostedService<StartMemory>(); // of the program: an agent may also be one of many in a process
            refine(services, given);
        }, AgentServices.Readiness, cancellationToken));
        return command;
    }
}
