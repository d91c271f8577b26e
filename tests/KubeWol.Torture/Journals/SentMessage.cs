using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Torture.Journals;

/// <summary>One wish of one person: a message, and the frames it went out in.</summary>
/// <param name="Number">Its number, which each of its frames carries in its source address.</param>
/// <param name="Target">The machine that is meant.</param>
/// <param name="Verb">What is asked of it.</param>
/// <param name="Kind">What it is besides.</param>
/// <param name="SentAt">When each of its frames was sent, by the run's clock.</param>
internal sealed record SentMessage(int Number, MacAddress Target, WakeAction Verb, MessageKind Kind, IReadOnlyList<TimeSpan> SentAt)
{
    private const ulong Prefix = 0x0254_0000_0000;

    /// <summary>Messages that can be told apart.</summary>
    public const int MostMessages = 1 << 24;

    /// <summary>The source address of one of its frames: whoever reads a request knows for which message it was made.</summary>
    public static MacAddress SourceOf(int number, int copy) => new(Prefix | ((ulong)number << 8) | (byte)copy);

    /// <summary>The message that a frame from this address belongs to; null for another sender.</summary>
    public static int? NumberOf(string? sourceMac) =>
        MacAddress.TryParse(sourceMac, out var source) && source.Bits >> 32 == Prefix >> 32 ? (int)((source.Bits >> 8) & 0xFF_FFFF) : null;
}
