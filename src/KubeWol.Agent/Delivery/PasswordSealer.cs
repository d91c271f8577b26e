using KubeWol.Agent.Intake;
using KubeWol.Proofs.SecureOn;

namespace KubeWol.Agent.Delivery;

/// <summary>Seals passwords for the operator, each for one request's name.</summary>
internal sealed class PasswordSealer(Instructions instructions, AgentOptions options)
{
    /// <summary>
    /// The seal of a message's password under a name; null where there is none, or no key. That for the first name is made once: a file on the disk and
    /// every attempt have the same.
    /// </summary>
    public string? Seal(OutboxEntry entry, string request)
    {
        if (request != entry.Name) return Make(entry.Signal, request);
        lock (entry) return entry.Seal ??= Make(entry.Signal, request);
    }

    private string? Make(WakeSignal signal, string request) => signal.Password is { IsCleared: false } password
        ? instructions.SealingKey?.Seal(new SealContext(request, signal.Target, options.NodeName, signal.CapturedAt), password.Octets).ToString()
        : null;
}
