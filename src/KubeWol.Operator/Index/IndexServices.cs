using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime;
using Microsoft.Extensions.DependencyInjection;

namespace KubeWol.Operator.Index;

/// <summary>Puts the part of the operator together that tells agents which addresses machines have.</summary>
internal static class IndexServices
{
    public static IServiceCollection AddIndex(this IServiceCollection services, OperatorOptions options)
    {
        services.AddSingleton<MachineAddressSet>();
        services.AddSingleton<PublishPace>();
        return services.AddController<IndexPublisher>("index", controller =>
        {
            for (var shard = 0; shard < AddressShards.Count; shard++) controller.StartWith(IndexPublisher.KeyOf(shard, options));
            controller.Watch(ConfigMap.Type, (_, map) => [ResourceKey.Of(map)])
                .WatchChanges(VirtualMachine.Type, (s, before, after) => Keys(s.GetRequiredService<MachineAddressSet>().Change(before, after)))
                .WatchChanges(VirtualMachineInstance.Type, (s, before, after) => Keys(s.GetRequiredService<MachineAddressSet>().Change(before, after)));
        });

        IEnumerable<ResourceKey> Keys(IReadOnlyList<int> shards) => shards.Select(shard => IndexPublisher.KeyOf(shard, options));
    }
}
