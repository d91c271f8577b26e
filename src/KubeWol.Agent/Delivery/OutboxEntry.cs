using KubeWol.Agent.Intake;

namespace KubeWol.Agent.Delivery;

/// <summary>A message that waits until the API server has acknowledged it. All that changes in it belongs to the <see cref="Outbox"/>.</summary>
/// <param name="signal">What was heard.</param>
/// <param name="name">The name under which it is first asked for; it is kept, so that every attempt and every life of this agent begins with the same one.</param>
internal sealed class OutboxEntry(WakeSignal signal, string name)
{
    /// <summary>What was heard.</summary>
    public WakeSignal Signal { get; } = signal;

    /// <summary>The name under which it is first asked for.</summary>
    public string Name { get; } = name;

    /// <summary>Bytes that it takes up at the most, in a file as in memory.</summary>
    public int Size { get; } = 1024 + (signal.Command?.Text.Length ?? 0);

    /// <summary>The seal of its password under its first name, once it is made; belongs to the <see cref="PasswordSealer"/>.</summary>
    public string? Seal { get; set; }

    /// <summary>The id of the key that this life made the seal with; belongs to the <see cref="PasswordSealer"/>.</summary>
    public string? SealKey { get; set; }

    /// <summary>The same with its right date and name, once somebody found out, where the signal is undated; one and the same for all attempts.</summary>
    public OutboxEntry? Dated { get; set; }

    /// <summary>How often it was tried in vain; a message that was never tried is fresh.</summary>
    public int Attempts { get; set; }

    /// <summary>The time stamp before which it is not sent.</summary>
    public long NotBefore { get; set; }

    /// <summary>Tells entries of one moment apart.</summary>
    public long Number { get; set; }

    /// <summary>Whether somebody is sending it now.</summary>
    public bool IsTaken { get; set; }
}
