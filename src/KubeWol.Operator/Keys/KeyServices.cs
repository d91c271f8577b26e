using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using Microsoft.Extensions.DependencyInjection;

namespace KubeWol.Operator.Keys;

/// <summary>Puts the part of the operator together that has to do with SecureOn passwords, and with what agents are told.</summary>
internal static class KeyServices
{
    public static IServiceCollection AddKeys(this IServiceCollection services, OperatorOptions options)
    {
        var config = AgentConfig.KeyIn(options.Namespace);
        services.AddInformer(OperatorKeySecret.Type, Only(OperatorKeySecret.Name) with { Namespace = options.Namespace });
        services.AddInformer(SecureOnSecret.Type, Only(SecureOnSecret.Name));
        services.AddInformer(ConfigMap.Type, InformerOptions.Eager with { Namespace = options.Namespace, Names = [AgentConfig.Name, .. AddressShards.Names] });
        services.AddInformer(Pod.Type, InformerOptions.Eager with { Namespace = options.Namespace, LabelSelector = "app.kubernetes.io/name=kubewol,app.kubernetes.io/component=agent" });
        services.AddSingleton(s =>
        {
            var agents = new ReadyAgents(s.GetRequiredService<IResourceCache<Pod>>(), s.GetRequiredService<TimeProvider>());
            s.GetRequiredService<OperatorMetrics>().CountAgentsWith(agents.Count);
            return agents;
        });
        services.AddSingleton<SealingKeys>();
        services.AddSingleton<SecureOnPasswords>();
        return services.AddController<AgentConfigReconciler>("agentconfig", controller =>
        {
            controller.Workers = 1;
            controller.StartWith(config)
                .Watch(ConfigMap.Type, (_, map) => ResourceKey.Of(map) == config ? [config] : [])
                .Watch(OperatorKeySecret.Type, (_, _) => [config])
                .Watch(Pod.Type, (_, _) => [config], ReadyAgents.Matters)
                .Watch(WakePolicy.Type, (_, _) => [config])
                .Watch(WakeTemplate.Type, (_, _) => [config], static (before, after) => before?.Metadata.Generation != after?.Metadata.Generation);
        });
    }

    private static InformerOptions Only(string name) => InformerOptions.Eager with { Names = [name] };
}
