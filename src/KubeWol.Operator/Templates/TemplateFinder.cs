using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Requests;
using KubeWol.Protocol;

namespace KubeWol.Operator.Templates;

/// <summary>Finds the template from which a request's machine is to be made.</summary>
internal sealed class TemplateFinder(IResourceCache<WakeTemplate> templates, OperatorOptions options)
{
    /// <summary>What templates say about the address that a request calls, and the machine that is to be made if exactly one can make it.</summary>
    public (Claim Claim, Instantiation? Wanted) Find(WakeRequest request, InstantiateSettings settings)
    {
        if (!MacAddress.TryParse(request.Spec.Target.MacAddress, out var address)) return default;
        var found = settings.Template is { } named ? Named(request, address, named) : Claiming(request, address);
        if (found.Count != 1) return (new(found.Count, Words: Words(found, request, settings)), null);
        var (wanted, problem, words) = Instantiation.Of(found[0], address, settings.Parameters ?? new Dictionary<string, string>());
        return (new(1, problem, words), wanted);
    }

    /// <summary>The templates in the request's reach that claim the address it calls; only those of this name, where one is given.</summary>
    public IReadOnlyList<WakeTemplate> Claiming(WakeRequest request, string? name) =>
        MacAddress.TryParse(request.Spec.Target.MacAddress, out var address) ? [.. Claiming(request, address).Where(t => name is null || t.Metadata.Name == name)] : [];

    /// <summary>Whoever writes a request may name a template for any address, but only in the request's own namespace. A frame names one of those that claim the address.</summary>
    private List<WakeTemplate> Named(WakeRequest request, MacAddress address, string name) =>
        request.Spec.Frame is not null ? [.. Claiming(request, address).Where(t => t.Metadata.Name == name)]
        : templates.Find(new(request.Metadata.Namespace, name)) is { } template ? [template] : [];

    private List<WakeTemplate> Claiming(WakeRequest request, MacAddress address) =>
        [.. templates.All.Where(t => options.Reaches(request, t.Metadata.Namespace) && TemplateClaims.Claims(t, address))];

    private string Words(List<WakeTemplate> found, WakeRequest request, InstantiateSettings settings) => found.Count switch
    {
        > 1 => $"{found.Count} WakeTemplates claim the MAC address {request.Spec.Target.MacAddress}: {Messages.Names(found.Select(t => ResourceKey.Of(t).ToString()))}; none was used. Let one alone claim it",
        _ when settings.Template is { } named => $"there is no WakeTemplate {request.Metadata.Namespace}/{named}",
        _ => $"no WakeTemplate in {(options.ReachesAll(request) ? "the cluster" : $"namespace {request.Metadata.Namespace}")} claims the MAC address {request.Spec.Target.MacAddress}",
    };
}
