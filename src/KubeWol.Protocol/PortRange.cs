using System.Globalization;

namespace KubeWol.Protocol;

/// <summary>The UDP ports from First to Last, both included.</summary>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>As in 9 or 47998-48010.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}
