using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Policies;

/// <summary>What one frame can prove, and what policies have let through. Asked only where the answer matters: a signature costs time.</summary>
internal interface IEvidence
{
    /// <summary>Whether the frame carries the password under this key.</summary>
    PasswordMatch Password(string key);

    /// <summary>What becomes of the frame's command, by the keys of the policy.</summary>
    CommandVerdict Command(WakePolicy policy);

    /// <summary>Whether the policy's rate limits let the request through. A request is counted once, however often it is asked about.</summary>
    bool Admits(WakePolicy policy);
}
