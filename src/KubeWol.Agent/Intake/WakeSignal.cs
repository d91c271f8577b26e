using KubeWol.Protocol;

namespace KubeWol.Agent.Intake;

/// <summary>One magic packet that was heard: everything about it, copied out of the capture buffer.</summary>
/// <param name="Target">The machine it calls.</param>
/// <param name="PasswordLength">Octets of its SecureOn password; 0, 4 or 6. The password itself goes no further than the parser.</param>
/// <param name="Interface">Where it was heard.</param>
/// <param name="Transport">What it travelled in.</param>
/// <param name="SourceMac">The sender on the last link.</param>
/// <param name="SourceIp">The sender, or null for bare Ethernet.</param>
/// <param name="DestinationPort">The UDP port, or 0 for bare Ethernet.</param>
/// <param name="Vlans">VLAN ids, outermost first.</param>
/// <param name="CapturedAt">When the kernel received it.</param>
internal sealed record WakeSignal(
    MacAddress Target,
    int PasswordLength,
    string Interface,
    WolTransport Transport,
    MacAddress SourceMac,
    IpAddress? SourceIp,
    ushort DestinationPort,
    IReadOnlyList<int> Vlans,
    DateTimeOffset CapturedAt)
{
    /// <summary>What makes two packets the same message, whichever interface or node heard them.</summary>
    public MessageIdentity Identity => new(Target, DestinationPort, PasswordLength);
}

/// <summary>The parts of a message that a sender's meaning can lie in.</summary>
internal readonly record struct MessageIdentity(MacAddress Target, ushort DestinationPort, int PasswordLength);
