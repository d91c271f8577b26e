using System.CommandLine;
using KubeWol.Agent;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Intake;
using KubeWol.ControllerRuntime.Hosting;
using KubeWol.SkewedAgent;
using Microsoft.Extensions.DependencyInjection;

var offset = new Option<double>("--clock-offset") { Description = "Seconds by which this node's clock is ahead; negative when it is behind. The kernel's timestamps of frames are as wrong." };
var command = AgentCommand.Create((services, given) =>
{
    var ahead = TimeSpan.FromSeconds(given.GetValue(offset));
    services.AddSingleton<TimeProvider>(new SkewedTime(ahead));
    services.AddSingleton<IFrameSink>(s => new SkewedSink(s.GetRequiredService<FrameIntake>(), ahead));
});
command.Add(offset);
return await command.Parse(args).InvokeAsync(ProgramHost.Invocation);
