using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Planning;

/// <summary>A message that will be sent.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Target">The machine that is meant.</param>
/// <param name="Verb">What is asked of it.</param>
/// <param name="Kind">What it is besides.</param>
internal sealed record PlannedMessage(int Number, MacAddress Target, WakeAction Verb, MessageKind Kind)
{
    public required Wire Wire { get; init; }

    /// <summary>The UDP port.</summary>
    public ushort Port { get; init; }

    /// <summary>Whether the address is written backwards, which means Sleep.</summary>
    public bool IsReversed { get; init; }

    /// <summary>The password it carries, or null.</summary>
    public string? Password { get; init; }

    /// <summary>Whether it carries a signed command.</summary>
    public bool IsSigned => Verb == WakeAction.Destroy;

    /// <summary>When each of its frames is sent, and by which sender.</summary>
    public required IReadOnlyList<(TimeSpan At, int Sender)> Copies { get; init; }
}
