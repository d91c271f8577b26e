using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Index;
using KubeWol.Agent.Intake;
using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace KubeWol.Agent;

/// <summary>Puts the agent together.</summary>
internal static class AgentServices
{
    public static IServiceCollection AddAgent(this IServiceCollection services, AgentOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<AgentMetrics>();
        services.AddSingleton<INicSource>(_ => new SysfsNics());
        services.AddInformer(ConfigMap.Type, new() { Namespace = options.Namespace, Names = [AgentConfig.Name, .. AddressShards.Names] });
        services.AddSingleton<ClusterClock>();
        services.AddSingleton<IServerDates>(s => s.GetRequiredService<ClusterClock>());
        services.AddKeyedSingleton<TimeProvider>(ClusterClock.Key, static (s, _) => s.GetRequiredService<ClusterClock>());
        services.AddSingleton<ClockReader>();
        services.AddHostedService(s => s.GetRequiredService<ClockReader>());
        services.AddSingleton<Instructions>();
        services.AddSingleton<Turns>();
        services.AddSingleton<KnownAddresses>();
        services.AddController<IndexReader>("index", controller =>
        {
            controller.Workers = 1;
            controller.Watch(ConfigMap.Type, (_, map) => [ResourceKey.Of(map)]);
        });
        services.AddSingleton<FrameTrace>();
        services.AddSingleton(s => new ServedPage("/frames", (visit, _) => Task.FromResult(s.GetRequiredService<FrameTrace>().Answer(visit))));
        services.AddSingleton<FloodGuard>();
        services.AddSingleton<PasswordSealer>();
        services.AddSingleton<Spool>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<RequestWriter>();
        services.AddSingleton<DeliveryPipeline>();
        services.AddSingleton<Deliverer>();
        // Before the capture, so that it ends after it.
        services.AddHostedService(s => s.GetRequiredService<Deliverer>());
        services.AddSingleton<FrameIntake>();
        services.AddSingleton<IFrameSink>(s => s.GetRequiredService<FrameIntake>());
        services.AddSingleton<OpenCapture>(s => (nic, fault) => WolCaptureDevice.Start(nic, options, s.GetRequiredService<IFrameSink>(), fault));
        services.AddSingleton<CaptureService>();
        services.AddHostedService(s => s.GetRequiredService<CaptureService>());
        return services;
    }

    /// <summary>What keeps the agent from its work; null when nothing does.</summary>
    public static string? Readiness(IServiceProvider services)
    {
        var capture = services.GetRequiredService<CaptureService>();
        return capture.IsCapturing ? services.GetRequiredService<Deliverer>().Missing : $"not listening: no interface matches {capture}";
    }
}
