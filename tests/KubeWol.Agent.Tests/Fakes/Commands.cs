using System.Security.Cryptography;
using KubeWol.Api.V1Alpha1;
using KubeWol.Proofs;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>Signed commands as a sender makes them.</summary>
internal static class Commands
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>A wake, with a nonce of its own each.</summary>
    public static byte[] Signed()
    {
        var command = new SignedCommand
        {
            Action = WakeAction.Wake,
            Target = Some.Target,
            IssuedAt = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero),
        };
        lock (Key) return command.Sign(Key, "test");
    }
}
