using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Policies;

namespace KubeWol.Operator.Tests.World;

/// <summary>Passwords by key, where a digest is simply the password: how it is really sealed is tested apart.</summary>
internal sealed class KnownPasswords : IPasswords
{
    public Dictionary<string, string> ByKey { get; } = [];

    public PasswordMatch Compare(WakeRequest request, string? @namespace, string key) => (request.Spec.Frame?.SecureOnDigest, ByKey.GetValueOrDefault(key)) switch
    {
        (null, _) => PasswordMatch.NotGiven,
        (_, null) => PasswordMatch.Incomparable,
        var (given, known) => given == known ? PasswordMatch.Right : PasswordMatch.Wrong,
    };

    public PolicyProblem? ProblemWith(string? @namespace, string key) =>
        ByKey.ContainsKey(key) ? null : new(PolicyReason.PasswordMissing, $"Secret {@namespace}/kubewol-secureon has no key {key}");
}
