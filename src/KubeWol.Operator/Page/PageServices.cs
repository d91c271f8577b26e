using KubeWol.ControllerRuntime.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace KubeWol.Operator.Page;

/// <summary>Puts the status page together. Nothing of it is made before somebody looks.</summary>
internal static class PageServices
{
    public static IServiceCollection AddStatusPage(this IServiceCollection services)
    {
        services.AddSingleton(s => new AgentVisits(AgentVisits.Client(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PageReader>();
        services.AddSingleton<StatusPage>();
        return services.AddSingleton(s => new ServedPage(StatusPage.Path, (visit, cancellationToken) => s.GetRequiredService<StatusPage>().AnswerAsync(visit, cancellationToken)));
    }
}
