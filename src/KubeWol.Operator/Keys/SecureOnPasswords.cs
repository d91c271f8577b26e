using KubeWol.ControllerRuntime;
using KubeWol.Proofs.SecureOn;

namespace KubeWol.Operator.Keys;

/// <summary>The passwords that stand in the namespaces' Secrets.</summary>
internal sealed class SecureOnPasswords(IResourceCache<SecureOnSecret> secrets)
{
    /// <summary>The password under a key of a namespace's Secret, or what is wrong with it.</summary>
    public PasswordFinding Find(string @namespace, string key) =>
        secrets.Find(new(@namespace, SecureOnSecret.Name)) switch
        {
            null => new(PasswordState.NoSecret, null),
            { Data: { } data } when data.TryGetValue(key, out var octets) => SecureOnPassword.TryParse(octets, out var password)
                ? new(PasswordState.Found, password)
                : new(PasswordState.Invalid, null),
            _ => new(PasswordState.NoSuchKey, null),
        };
}

/// <summary>What stands under a key.</summary>
/// <param name="State">Whether there is a password, or why there is none.</param>
/// <param name="Password">The password, if one was found.</param>
internal readonly record struct PasswordFinding(PasswordState State, SecureOnPassword? Password);

/// <summary>Whether there is a password under a key.</summary>
internal enum PasswordState
{
    /// <summary>There is.</summary>
    Found,

    /// <summary>The namespace has no Secret kubewol-secureon.</summary>
    NoSecret,

    /// <summary>The Secret lacks the key.</summary>
    NoSuchKey,

    /// <summary>What stands there is neither four nor six octets, nor a way to write them.</summary>
    Invalid,
}
