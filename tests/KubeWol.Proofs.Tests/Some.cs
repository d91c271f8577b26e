using System.Formats.Cbor;
using System.Security.Cryptography;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Proofs.Tests;

internal static class Some
{
    public const string KeyId = "ops-2026";

    public static readonly MacAddress Target = MacAddress.Parse("52:54:00:12:34:56");
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, 123, TimeSpan.Zero);

    /// <summary>A key for this run alone.</summary>
    public static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static SignedCommand Command() => new() { Action = WakeAction.Wake, Target = Target, IssuedAt = Noon };

    public static SignedCommand FullCommand() => new()
    {
        Action = WakeAction.Instantiate,
        Target = Target,
        IssuedAt = Noon,
        Nonce = new byte[32],
        NodeName = "node-b.example.org",
        Template = "small",
        Parameters = new Dictionary<string, string> { ["size"] = "2", ["größe"] = "" },
    };

    /// <summary>A frame on the wire with a command behind its packet.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> command, ReadOnlySpan<byte> password = default) =>
        new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(MagicPacket.Build(Target, password, command: command));

    /// <summary>Signs any octets as header and payload, as the RFC says and our own signer would not (RFC 9052 section 4.4).</summary>
    public static byte[] Signed(ReadOnlySpan<byte> payload, string header = "a2012604486f70732d32303236", ECDsa? key = null)
    {
        var protectedHeader = Convert.FromHexString(header);
        var signed = new CborWriter(CborConformanceMode.Canonical);
        signed.WriteStartArray(4);
        signed.WriteTextString("Signature1");
        signed.WriteByteString(protectedHeader);
        signed.WriteByteString([]);
        signed.WriteByteString(payload);
        signed.WriteEndArray();

        var message = new CborWriter(CborConformanceMode.Canonical);
        message.WriteTag((CborTag)18);
        message.WriteStartArray(4);
        message.WriteByteString(protectedHeader);
        message.WriteStartMap(0);
        message.WriteEndMap();
        message.WriteByteString(payload);
        message.WriteByteString((key ?? Key).SignData(signed.Encode(), HashAlgorithmName.SHA256));
        message.WriteEndArray();
        return message.Encode();
    }

    /// <summary>The bytes of a command all the way: from the frame to what was signed, or where it was refused.</summary>
    public static string Hear(ReadOnlySpan<byte> frame, ECDsa key, out SignedCommand? command)
    {
        command = null;
        if (!WolFrame.TryParse(LinkType.Ethernet, frame, WolPorts.Default, out var wol, out var reason)) return $"frame: {reason}";
        foreach (var packet in wol.Packets)
        {
            if (packet.Problem != DropReason.None) return $"packet: {packet.Problem}";
            if (packet.Command.IsEmpty) return "a plain packet";
            if (!CommandEnvelope.TryParse(packet.Command, out var envelope, out var problem)) return $"envelope: {problem}";
            if (envelope.KeyId != KeyId) return "another key";
            return envelope.TryVerify(key, out command, out problem) ? "verified" : $"command: {problem}";
        }
        return "nothing";
    }
}
