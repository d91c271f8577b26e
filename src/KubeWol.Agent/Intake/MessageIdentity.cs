using System.Buffers.Binary;
using System.Security.Cryptography;
using KubeWol.Protocol;

namespace KubeWol.Agent.Intake;

/// <summary>The parts of a message that a sender's meaning can lie in, or a policy's. Two packets that have them in common are one message.</summary>
/// <param name="Target">The machine it calls.</param>
/// <param name="DestinationPort">The UDP port, or 0 for bare Ethernet.</param>
internal readonly record struct MessageIdentity(MacAddress Target, ushort DestinationPort)
{
    /// <summary>Its password.</summary>
    public PasswordTrace Password { get; init; }

    /// <summary>Its signed command with the signature, or 0. A copy with another signature is no repetition: it may be the right one.</summary>
    public UInt128 Command { get; init; }

    /// <summary>The node, where a policy tells this one from others.</summary>
    public string? Node { get; init; }

    /// <summary>The interface, where a policy tells this one from others.</summary>
    public string? Interface { get; init; }

    /// <summary>That of a packet. A signed command says itself all that it means, however it travels.</summary>
    public static MessageIdentity Of(in MagicPacket packet, ushort destinationPort)
    {
        if (packet.Command.IsEmpty) return new(packet.Target, destinationPort) { Password = PasswordTrace.Of(packet.Target, packet.Password) };
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(packet.Command, hash);
        return new(packet.Target, 0) { Command = BinaryPrimitives.ReadUInt128BigEndian(hash) };
    }
}
