using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Policies;

/// <summary>What the operator's options say about machines that no WakePolicy selects, as a policy like any other.</summary>
internal static class DefaultPolicy
{
    /// <summary>A policy of no namespace and no name, which nobody can create.</summary>
    public static WakePolicy Of(OperatorOptions options) => new()
    {
        Spec = new()
        {
            Verbs = options.DefaultVerbs,
            Proof = ProofKind.None,
            RateLimits = options.DefaultLimits,
            Aliases =
            [
                .. options.Ports.Select(p => new MessageAlias { Verb = p.Value, Port = p.Key }),
                .. options.ReversedMacSleeps ? [new MessageAlias { Verb = WakeAction.Sleep, ReversedMac = true }] : Array.Empty<MessageAlias>(),
            ],
        },
    };

    public static bool Is(WakePolicy policy) => policy.Metadata.Name.Length == 0;
}
