using System.CommandLine;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Hosting;
using KubeWol.Operator;
using Microsoft.Extensions.DependencyInjection;

var space = ProgramOptions.Namespace("Namespace the agents write to; only requests in it may wake machines of other namespaces.");
var leaderElection = new Option<bool>("--leader-election")
{
    Description = "Wait for the leader lease, so that of several replicas one works.",
    DefaultValueFactory = _ => true,
};
var workers = ProgramOptions.Number("--workers", "Requests worked on at the same time", 16, 1, 256);

var common = new ProgramOptions();
var command = new RootCommand("Carries out WakeRequests: starts and unpauses KubeVirt virtual machines.") { space, leaderElection, workers };
common.AddTo(command);
command.SetAction((given, cancellationToken) => ProgramHost.RunAsync("kubewol-operator", common, given, (services, connection) =>
{
    var options = new OperatorOptions
    {
        Namespace = given.GetValue(space)!,
        LeaderElection = given.GetValue(leaderElection),
        Workers = given.GetValue(workers),
    };
    services.AddOperator(options);
}, Readiness, cancellationToken));
return await command.Parse(args).InvokeAsync(ProgramHost.Invocation).ConfigureAwait(false);

static string? Readiness(IServiceProvider services) =>
    services.GetRequiredService<IRuntimeState>().IsSynced ? null : "waiting for the first list of WakeRequests, VirtualMachines and VirtualMachineInstances";
