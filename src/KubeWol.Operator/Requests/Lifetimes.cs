using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>
/// How long finished requests stay. Frames that came to nothing stay as long as all others, but only so many an hour: a storm of frames must not fill
/// the API server's store with refusals that nobody will read.
/// </summary>
internal sealed class Lifetimes(TimeProvider time)
{
    /// <summary>How many frames an hour that came to nothing stay for their time.</summary>
    public const int RefusedPerHour = 1_000;

    /// <summary>How long the others stay.</summary>
    public static readonly TimeSpan Brief = TimeSpan.FromSeconds(30);

    /// <summary>How long a second request for a broadcast stays: it tells nothing that the first does not.</summary>
    public static readonly TimeSpan Fleeting = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Share = TimeSpan.FromHours(1) / RefusedPerHour;
    private readonly Lock _lock = new();
    private DateTimeOffset _full;

    /// <summary>The time from the request's end to its deletion.</summary>
    public TimeSpan Of(WakeRequest request)
    {
        var asked = TimeSpan.FromSeconds(request.Spec.TtlSecondsAfterFinished ?? WakeRequestSpec.DefaultTtlSeconds);
        if (request.Status?.Reason == WakeReason.SameBroadcast) return asked < Fleeting ? asked : Fleeting;
        return CameToNothing(request) && asked > Brief && !Takes() ? Brief : asked;
    }

    private static bool CameToNothing(WakeRequest request) =>
        request is { Spec.Frame: not null, Status: { Phase: WakePhase.Failed, Operation: null or WakeOperation.None } };

    /// <summary>A bucket, as the moment at which it will be full again.</summary>
    private bool Takes()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var next = (_full > now ? _full : now) + Share;
            if (next - now > TimeSpan.FromHours(1)) return false;
            _full = next;
            return true;
        }
    }
}
