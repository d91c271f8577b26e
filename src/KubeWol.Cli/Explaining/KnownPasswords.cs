using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Keys;
using KubeWol.Operator.Policies;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;

namespace KubeWol.Cli.Explaining;

/// <summary>Compares a password that the user gave with those of the Secrets, where the user may read them: sealed and opened with a key of this process's own.</summary>
internal sealed class KnownPasswords(IResourceCache<SecureOnSecret> secrets) : IPasswords, IDisposable
{
    private readonly SecureOnPasswords _passwords = new(secrets);
    private readonly OpeningKey _key = OpeningKey.Create();

    /// <summary>What an agent would write for the password.</summary>
    public string Seal(string request, MacAddress target, CapturedFrame frame, byte[] password)
    {
        if (!SealingKey.TryParse(_key.PublicText, out var sealing)) throw new InvalidOperationException("A key of our own cannot be read.");
        using (sealing) return sealing.Seal(new(request, target, frame.Node!, frame.CapturedAt!.Value), password).ToString();
    }

    public PasswordMatch Compare(WakeRequest request, string? @namespace, string key)
    {
        if (_passwords.Find(@namespace ?? "", key).Password is not { } known) return PasswordMatch.Incomparable;
        var frame = request.Spec.Frame!;
        return PasswordDigest.TryParse(frame.SecureOnDigest!, out var digest)
            && _key.Find(digest, new(request.Metadata.Name, MacAddress.Parse(request.Spec.Target.MacAddress!), frame.Node!, frame.CapturedAt!.Value), [known]) == 0 ? PasswordMatch.Right : PasswordMatch.Wrong;
    }

    public PolicyProblem? ProblemWith(string? @namespace, string key) => null; // that is for a policy's status, which the operator writes

    public void Dispose() => _key.Dispose();
}
