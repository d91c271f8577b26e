using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Events;
using KubeWol.Operator.Index;
using KubeWol.Operator.Keys;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Ledger;
using KubeWol.Operator.Page;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;
using Microsoft.Extensions.DependencyInjection;

namespace KubeWol.Operator;

/// <summary>Puts the operator together.</summary>
internal static class OperatorServices
{
    public static IServiceCollection AddOperator(this IServiceCollection services, OperatorOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<OperatorMetrics>();
        services.AddSingleton<MacIndex>();
        services.AddSingleton<MachineFinder>();
        services.AddSingleton<Nodes>();
        services.AddSingleton<TemplateFinder>();
        services.AddSingleton<PolicyBook>();
        services.AddSingleton<CommandProofs>();
        services.AddSingleton<IPasswords, FramePasswords>();
        services.AddSingleton<RateMeter>();
        services.AddSingleton<Lifetimes>();
        services.AddSingleton<RequestJudge>();
        services.AddSingleton<RequestReader>();
        services.AddSingleton<SubjectGate>();
        services.AddSingleton<PowerOperations>();
        services.AddSingleton<MigrationOperations>();
        services.AddSingleton<PlacementOperations>();
        services.AddSingleton<TemplateSources>();
        services.AddSingleton<CloneOperations>();
        services.AddSingleton<InstantiateOperations>();
        services.AddSingleton<IMachineOperations, KubeVirtMachines>();
        services.AddSingleton<RequestReporter>();
        services.AddSingleton<EventRecorder>();
        services.AddHostedService(s => s.GetRequiredService<EventRecorder>());
        services.AddKeys(options); // before the others: who names a kind first says how it is watched
        services.AddController<WakeRequestReconciler>("wakerequests", controller =>
        {
            controller.Workers = options.Workers;
            controller.For(WakeRequest.Type)
                .Watch(WakeRequest.Type, (s, request) => WaitingRequests.For(Requests(s), request))
                .Watch(VirtualMachine.Type, (s, machine) => WaitingRequests.For(Requests(s), machine))
                .Watch(VirtualMachineInstance.Type, (s, instance) => WaitingRequests.For(Requests(s), instance))
                .Watch(Migration.Type, (s, migration) => WaitingRequests.For(Requests(s), migration))
                .Watch(Node.Type, (s, _) => WaitingRequests.ToMove(Requests(s)));
        });
        if (options.RememberMacsFor > TimeSpan.Zero)
        {
            services.AddController<MacLedgerReconciler>("macledger", controller =>
            {
                controller.Workers = 2; // nobody waits for it, and it must not crowd out the wakes
                controller.Watch(VirtualMachine.Type, (s, machine) => MacLedgerReconciler.For(s.GetRequiredService<MacIndex>(), machine))
                    .Watch(VirtualMachineInstance.Type, (s, instance) => MacLedgerReconciler.For(
                        s.GetRequiredService<MacIndex>(), s.GetRequiredService<IResourceCache<VirtualMachine>>(), instance));
            });
        }

        services.AddController<PolicyReconciler>("wakepolicies", controller => controller.For(WakePolicy.Type)
            .Watch(WakePolicy.Type, (s, policy) => PoliciesOf(s, policy), PolicyReconciler.IsOtherSpec)
            .Watch(WakeTemplate.Type, (s, template) => PoliciesOf(s, template), PolicyReconciler.HasOtherLabels)
            .Watch(VirtualMachine.Type, (s, machine) => PoliciesOf(s, machine), PolicyReconciler.HasOtherLabels)
            .Watch(SecureOnSecret.Type, (s, secret) => PoliciesOf(s, secret))
            .Watch(Node.Type, (s, _) => s.GetRequiredService<IResourceCache<WakePolicy>>().All.Select(p => ResourceKey.Of(p)), static (before, after) => before is null || after is null));

        services.AddController<TemplateReconciler>("waketemplates", controller => controller.For(WakeTemplate.Type)
            .Watch(WakeTemplate.Type, (s, template) => TemplateReconciler.Overlapping(Templates(s), template).Select(t => ResourceKey.Of(t)))
            .Watch(VirtualMachine.Type, (s, machine) => TemplateReconciler.For(Templates(s), machine)));

        services.AddIndex(options);
        services.AddStatusPage();
        if (options.LeaderElection)
        {
            // A standby sees the last renewal a look late and the expiry another: 7 s, and a look every 0.8 s, leave a wake within 10 s of a leader's death.
            services.AddLeaderLease(new() { Namespace = options.Namespace, Name = "kubewol-operator", Duration = TimeSpan.FromSeconds(7), RetryPeriod = TimeSpan.FromMilliseconds(800) });
        }

        return services;
    }

    private static IEnumerable<ResourceKey> PoliciesOf(IServiceProvider services, IResource neighbour) =>
        PolicyBook.In(services.GetRequiredService<IResourceCache<WakePolicy>>(), neighbour.Metadata.Namespace).Select(p => ResourceKey.Of(p));

    private static IResourceCache<WakeTemplate> Templates(IServiceProvider services) => services.GetRequiredService<IResourceCache<WakeTemplate>>();

    private static IResourceCache<WakeRequest> Requests(IServiceProvider services) => services.GetRequiredService<IResourceCache<WakeRequest>>();
}
