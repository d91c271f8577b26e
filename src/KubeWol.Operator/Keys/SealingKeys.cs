using System.Text;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Keys;

/// <summary>The operator's private keys, as the Secret has them now. All of them open; the newest seals.</summary>
internal sealed class SealingKeys(IResourceCache<OperatorKeySecret> secrets, OperatorOptions options, ILogger<SealingKeys> logger)
{
    private readonly Lock _opening = new();
    private volatile Opened _opened = new(null, []);

    /// <summary>The public key that agents are to seal with; null while there is no usable one.</summary>
    public string? PublicKey => Keys is [.., var newest] ? newest.PublicText : null;

    /// <summary>Oldest first.</summary>
    private IReadOnlyList<OpeningKey> Keys
    {
        get
        {
            var secret = secrets.Find(OperatorKeySecret.KeyIn(options.Namespace));
            var opened = _opened;
            if (ReferenceEquals(opened.Secret, secret)) return opened.Keys;
            lock (_opening)
            {
                // Keys of before are not disposed of: somebody may be comparing with one.
                if (!ReferenceEquals(_opened.Secret, secret)) _opened = new(secret, secret is null ? [] : Open(secret));
                return _opened.Keys;
            }
        }
    }

    /// <summary>Compares a frame's password with those that count, in the same time whichever matches. Every replica can.</summary>
    public PasswordComparison Compare(WakeRequest request, IReadOnlyList<SecureOnPassword> candidates)
    {
        if (request.Spec.Frame is not { SecureOnDigest: { } text } frame) return new(PasswordVerdict.Absent);
        if (!PasswordDigest.TryParse(text, out var digest) || Keys.FirstOrDefault(k => k.Id == digest.KeyId) is not { } key
            || frame is not { Node: { } node, CapturedAt: { } capturedAt } || !MacAddress.TryParse(request.Spec.Target.MacAddress, out var target))
        {
            return new(PasswordVerdict.Unreadable);
        }

        return key.Find(digest, new(request.Metadata.Name, target, node, capturedAt), candidates) switch
        {
            null => new(PasswordVerdict.Unreadable),
            < 0 => new(PasswordVerdict.Wrong),
            { } index => new(PasswordVerdict.Match, index),
        };
    }

    private List<OpeningKey> Open(OperatorKeySecret secret)
    {
        var keys = new List<OpeningKey>();
        foreach (var (entry, pem) in (secret.Data ?? new Dictionary<string, byte[]>()).OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            if (OpeningKey.TryImport(Encoding.UTF8.GetString(pem), out var key, out var problem)) keys.Add(key);
            else logger.KeyNotUsable(entry, ResourceKey.Of(secret), problem);
        }

        if (keys.Count == 0) logger.NoUsableKey(ResourceKey.Of(secret));
        return keys;
    }

    private sealed record Opened(OperatorKeySecret? Secret, IReadOnlyList<OpeningKey> Keys);
}
