using System.Security.Cryptography;
using System.Text.Json;
using KubeWol.Api.V1Alpha1;
using KubeWol.Proofs;
using KubeWol.Protocol;

namespace KubeWol.TestBed;

/// <summary>A sender with a key of its own.</summary>
public sealed class CommandSender(string id) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Its public key, as an entry of a WakePolicy's signed.keys in YAML.</summary>
    public string Key => $"{{id: {id}, publicKey: {JsonSerializer.Serialize(_key.ExportSubjectPublicKeyInfoPem())}}}";

    /// <summary>The bytes that follow a magic packet.</summary>
    public byte[] Sign(WakeAction verb, MacAddress target, DateTimeOffset? madeAt = null, string? node = null) =>
        new SignedCommand { Action = verb, Target = target, IssuedAt = madeAt ?? TimeProvider.System.GetUtcNow(), NodeName = node }.Sign(_key, id);

    /// <summary>A broadcast to UDP port 9 with a command made now.</summary>
    public byte[] Frame(WakeAction verb, MacAddress target) => Frame(target, Sign(verb, target));

    public static byte[] Frame(MacAddress target, byte[] command, WolFrameBuilder? builder = null) =>
        (builder ?? new WolFrameBuilder { Transport = WolTransport.UdpV4, DestinationPort = 9 }).Build(MagicPacket.Build(target, command: command));

    public void Dispose() => _key.Dispose();
}
