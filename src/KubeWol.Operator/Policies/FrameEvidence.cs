using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Policies;

/// <summary>What one request's frame can prove about one machine.</summary>
/// <param name="request">The request.</param>
/// <param name="machine">The machine it means, or the address of the one that is to be made, in its namespace.</param>
/// <param name="passwords">The passwords.</param>
/// <param name="commands">The commands.</param>
/// <param name="meter">What counts it; null where nothing is to be counted.</param>
internal sealed class FrameEvidence(WakeRequest request, ResourceKey machine, IPasswords passwords, CommandProofs commands, RateMeter? meter) : IEvidence
{
    private readonly Dictionary<string, PasswordMatch> _compared = [];

    public PasswordMatch Password(string key) => request.Spec.Frame?.SecureOnDigest is null ? PasswordMatch.NotGiven
        : _compared.TryGetValue(key, out var known) ? known
        : _compared[key] = passwords.Compare(request, machine.Namespace, key);

    public CommandVerdict Command(WakePolicy policy)
    {
        var verdict = commands.Verify(request, policy.Spec.Signed!, policy.Spec.From);
        if (meter is not null && verdict.Refusal is null) commands.Remember(request, policy.Spec.Signed!);
        return verdict;
    }

    public bool Admits(WakePolicy policy) => meter is null || meter.Admits(policy, request, machine);
}
