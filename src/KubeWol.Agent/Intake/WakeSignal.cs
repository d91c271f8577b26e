using KubeWol.Agent.Delivery;
using KubeWol.Protocol;

namespace KubeWol.Agent.Intake;

/// <summary>One magic packet that was heard: everything about it, copied out of the capture buffer.</summary>
/// <param name="Identity">What makes it the same message as another, whichever interface or node heard it.</param>
/// <param name="Password">Its SecureOn password, or null.</param>
/// <param name="Command">The signed command it carries, or null.</param>
/// <param name="Interface">Where it was heard.</param>
/// <param name="Transport">What it travelled in.</param>
/// <param name="SourceMac">The sender on the last link.</param>
/// <param name="SourceIp">The sender, or null for bare Ethernet.</param>
/// <param name="DestinationPort">The UDP port, or 0 for bare Ethernet.</param>
/// <param name="Vlans">VLAN ids, outermost first.</param>
/// <param name="CapturedAt">When the kernel received it, by the cluster's clock; by the node's own where it is undated.</param>
internal sealed record WakeSignal(
    MessageIdentity Identity,
    HeardPassword? Password,
    HeardCommand? Command,
    string Interface,
    WolTransport Transport,
    MacAddress SourceMac,
    IpAddress? SourceIp,
    ushort DestinationPort,
    IReadOnlyList<int> Vlans,
    DateTimeOffset CapturedAt)
{
    /// <summary>Whether the API server had not been heard yet, so that nobody knew whether the node's clock is right.</summary>
    public bool IsUndated { get; init; }

    /// <summary>Where what becomes of it is told.</summary>
    public FrameMark Mark { get; init; }

    /// <summary>When this node is to write it, among those that heard it, too.</summary>
    public Turn Turn { get; init; }

    /// <summary>The machine it calls.</summary>
    public MacAddress Target => Identity.Target;
}
