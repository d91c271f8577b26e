using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Hosting;
using KubeWol.Operator;
using KubeWol.Protocol;
using Microsoft.Extensions.DependencyInjection;

var space = ProgramOptions.Namespace("Namespace the agents write to; only requests in it reach the machines of other namespaces.");
var leaderElection = new Option<bool>("--leader-election")
{
    Description = "Wait for the leader lease, so that of several replicas one works.",
    DefaultValueFactory = _ => true,
};
var workers = ProgramOptions.Number("--workers", "Requests worked on at the same time", 32, 1, 256);

var sleepMode = new Option<SleepMode>("--default-sleep-mode")
{
    Description = "How a machine sleeps where the request does not say: Pause (keeps its memory on the node) or Stop (is shut down).",
    DefaultValueFactory = _ => SleepMode.Pause,
};
sleepMode.AcceptOnlyFromAmong(nameof(SleepMode.Pause), nameof(SleepMode.Stop));
var startAs = new Option<string>("--start-as")
{
    Description = "Run strategy that a Halted machine gets when it is woken, unless its annotation kubewol.io/start-as says otherwise: Always, Manual or RerunOnFailure.",
    DefaultValueFactory = _ => RunStrategies.Always,
};
startAs.AcceptOnlyFromAmong(RunStrategies.ForStart);
var ports = new[] { WakeAction.Sleep, WakeAction.Move, WakeAction.Instantiate }.ToDictionary(action => action, PortOption);
var reversed = new Option<bool>("--reversed-mac-sleeps")
{
    Description = "A magic packet with a machine's MAC address written backwards puts it to sleep, as with the sleep-on-lan programs, where no WakePolicy selects it. Give --default-verbs Sleep.",
};
var verbs = new Option<WakeAction[]>("--default-verbs")
{
    Description = "What magic packets may do to machines that no WakePolicy selects: Wake, Sleep, Move, Instantiate, or None.",
    AllowMultipleArgumentsPerToken = true,
    CustomParser = result => VerbsIn(result),
    DefaultValueFactory = _ => [WakeAction.Wake],
};
var perMinute = ProgramOptions.Number("--default-rate-per-machine", "Requests a minute from magic packets for each machine that no WakePolicy selects; 0 for no limit", 60, 0, 100_000);
var agentPorts = new Option<WolPorts?>("--agent-ports")
{
    Description = "UDP ports the agents listen to, so that a WakePolicy which needs another one can be told.",
    CustomParser = result =>
    {
        if (WolPorts.TryParse(result.Tokens[0].Value, null, out var parsed)) return parsed;
        result.AddError($"--agent-ports: '{result.Tokens[0].Value}' is not a list of ports (1 to 65535), such as 7,9,47998-48010");
        return null;
    },
};
var agentsReverse = new Option<bool>("--agents-report-reversed-macs") { Description = "Say that the agents run with --reversed-macs, so that a WakePolicy which needs it can be told where they do not." };
var remember = ProgramOptions.Number("--remember-macs-for", "Days for which a machine that fixes no MAC address is known by one it had; 0 to remember none", 30, 0, 3650);

var common = new ProgramOptions();
var command = new RootCommand("Carries out WakeRequests: wakes, puts to sleep, moves, creates and deletes KubeVirt virtual machines.") { space, leaderElection, workers, sleepMode, startAs, verbs, perMinute, reversed, agentPorts, agentsReverse, remember };
foreach (var port in ports.Values) command.Add(port);
command.Validators.Add(result =>
{
    // Of the tokens: a value that is no port has an error of its own, and must not be asked for.
    var given = ports.Select(p => (p.Key, Port: result.GetResult(p.Value)?.Tokens is [{ Value: var text }] ? PortIn(text) : null)).Where(p => p.Port is not null);
    foreach (var twice in given.GroupBy(p => p.Port).Where(g => g.Count() > 1))
    {
        result.AddError($"port {twice.Key} cannot mean {string.Join(" and ", twice.Select(p => p.Key))}: give each verb a port of its own");
    }
});
common.AddTo(command);
command.SetAction((given, cancellationToken) => ProgramHost.RunAsync("kubewol-operator", common, given, (services, connection) =>
{
    var options = new OperatorOptions
    {
        Namespace = given.GetValue(space)!,
        LeaderElection = given.GetValue(leaderElection),
        Workers = given.GetValue(workers),
        DefaultSleepMode = given.GetValue(sleepMode),
        StartAs = given.GetValue(startAs)!,
        Ports = ports.Where(p => given.GetValue(p.Value) is not null).ToDictionary(p => given.GetValue(p.Value)!.Value, p => p.Key),
        ReversedMacSleeps = given.GetValue(reversed),
        DefaultVerbs = given.GetValue(verbs)!,
        DefaultLimits = given.GetValue(perMinute) is > 0 and var limit ? new() { PerMachine = new() { Requests = limit, Seconds = 60 } } : null,
        AgentPorts = given.GetValue(agentPorts),
        AgentsReportReversedMacs = given.GetValue(agentsReverse),
        RememberMacsFor = TimeSpan.FromDays(given.GetValue(remember)),
    };
    services.AddOperator(options);
}, Readiness, cancellationToken));
return await command.Parse(args).InvokeAsync(ProgramHost.Invocation).ConfigureAwait(false);

static Option<int?> PortOption(WakeAction action)
{
    var name = $"--{action.ToString().ToLowerInvariant()}-port";
    return new(name)
    {
        Description = $"UDP port at which a magic packet means {action}, for machines that no WakePolicy selects. If not set, none does. Give --default-verbs the verb, and have the agents listen to the port.",
        CustomParser = result =>
        {
            var port = PortIn(result.Tokens[0].Value);
            if (port is null) result.AddError($"{name}: '{result.Tokens[0].Value}' is not a port (1 to 65535)");
            return port;
        },
    };
}

static WakeAction[]? VerbsIn(ArgumentResult result)
{
    var words = result.Tokens.SelectMany(t => t.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
    if (words is ["None"]) return [];
    foreach (var word in words.Where(w => w is not (nameof(WakeAction.Wake) or nameof(WakeAction.Sleep) or nameof(WakeAction.Move) or nameof(WakeAction.Instantiate))))
    {
        result.AddError($"--default-verbs: '{word}' is not Wake, Sleep, Move, Instantiate or None{(word == nameof(WakeAction.Destroy) ? "; to destroy takes a signed command and a WakePolicy" : "")}");
        return null;
    }

    return [.. words.Select(Enum.Parse<WakeAction>).Distinct()];
}

static int? PortIn(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535 ? port : null;

static string? Readiness(IServiceProvider services) =>
    services.GetRequiredService<IRuntimeState>().IsSynced ? null : "waiting for the first list of WakeRequests, WakePolicies, WakeTemplates, VirtualMachines, VirtualMachineInstances, their migrations and Nodes";
