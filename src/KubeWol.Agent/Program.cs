using KubeWol.Agent;
using KubeWol.ControllerRuntime.Hosting;

return await AgentCommand.Create(static (_, _) => { }).Parse(args).InvokeAsync(ProgramHost.Invocation).ConfigureAwait(false);
