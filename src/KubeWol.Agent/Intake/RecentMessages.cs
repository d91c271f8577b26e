namespace KubeWol.Agent.Intake;

/// <summary>
/// Remembers messages for a moment, so that what this node hears several times at once (a bond and its members, a bridge and its ports,
/// a sender that sends six copies) is one message. Anything longer is the API server's business, which a restart does not forget.
/// </summary>
internal sealed class RecentMessages
{
    /// <summary>How long a message is remembered; a repetition does not prolong it.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);

    /// <summary>How many are remembered. Beyond that nothing is taken for a repetition: rather twice than never.</summary>
    public const int Capacity = 16_384;

    private readonly Dictionary<MessageIdentity, DateTimeOffset> _seen = [];
    private readonly Lock _gate = new();
    private DateTimeOffset _cleared;

    /// <summary>Whether the message is a repetition; if not, it is remembered.</summary>
    public bool IsRepetition(MessageIdentity message, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_seen.TryGetValue(message, out var first) && (at - first).Duration() < Memory) return true;
            if (_seen.Count >= Capacity) Clear(at);
            if (_seen.Count < Capacity) _seen[message] = at;
            return false;
        }
    }

    /// <summary>Forgets a message that came to nothing after all, so that a repetition of it has its chance.</summary>
    public void Forget(MessageIdentity message)
    {
        lock (_gate) _seen.Remove(message);
    }

    private void Clear(DateTimeOffset now)
    {
        // A flood must not make every frame of it look through all that is remembered.
        if ((now - _cleared).Duration() < Memory) return;
        _cleared = now;
        foreach (var (message, at) in _seen)
        {
            if ((now - at).Duration() >= Memory) _seen.Remove(message);
        }
    }
}
