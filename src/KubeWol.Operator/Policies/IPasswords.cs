using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Policies;

/// <summary>Compares what stands for a frame's password with the passwords of a namespace.</summary>
internal interface IPasswords
{
    /// <summary>Whether the frame carries the password that stands under this key in the namespace's Secret.</summary>
    PasswordMatch Compare(WakeRequest request, string? @namespace, string key);

    /// <summary>Why nothing can be compared with what stands under this key; null where it can.</summary>
    PolicyProblem? ProblemWith(string? @namespace, string key);
}
