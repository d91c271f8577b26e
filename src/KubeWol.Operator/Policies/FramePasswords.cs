using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Keys;

namespace KubeWol.Operator.Policies;

/// <summary>Compares what agents sealed with the passwords of the namespaces' Secrets.</summary>
internal sealed class FramePasswords(SealingKeys keys, SecureOnPasswords passwords) : IPasswords
{
    public PasswordMatch Compare(WakeRequest request, string? @namespace, string key)
    {
        if (passwords.Find(@namespace ?? "", key).Password is not { } password) return PasswordMatch.Incomparable;
        return keys.Compare(request, [password]).Verdict switch
        {
            PasswordVerdict.Match => PasswordMatch.Right,
            PasswordVerdict.Wrong => PasswordMatch.Wrong,
            PasswordVerdict.Absent => PasswordMatch.NotGiven,
            _ => PasswordMatch.Incomparable,
        };
    }

    public PolicyProblem? ProblemWith(string? @namespace, string key) => passwords.Find(@namespace ?? "", key).State switch
    {
        PasswordState.Found => null,
        PasswordState.NoSecret => new(PolicyReason.PasswordMissing, $"there is no Secret {@namespace}/{SecureOnSecret.Name}: create it, with the password under the key {key}"),
        PasswordState.NoSuchKey => new(PolicyReason.PasswordMissing, $"Secret {@namespace}/{SecureOnSecret.Name} has nothing under the key {key}"),
        _ => new(PolicyReason.InvalidPassword, $"what Secret {@namespace}/{SecureOnSecret.Name} has under the key {key} is neither four nor six octets, nor written as aa:bb:cc:dd:ee:ff or 192.168.1.1"),
    };
}
