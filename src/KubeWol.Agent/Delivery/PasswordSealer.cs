using KubeWol.Agent.Intake;
using KubeWol.Proofs.SecureOn;

namespace KubeWol.Agent.Delivery;

/// <summary>Seals passwords for the operator, each for one request's name.</summary>
internal sealed class PasswordSealer(Instructions instructions, AgentOptions options)
{
    /// <summary>
    /// The seal of a message's password under a name; null where there is none, or no key. That for the first name is made once for a key: a file on the disk
    /// and every attempt have the same, unless the key is another since (that of an earlier life was out of date) and the password still here.
    /// </summary>
    public string? Seal(OutboxEntry entry, string request)
    {
        var key = instructions.SealingKey;
        if (request != entry.Name) return Make(entry.Signal, request, key);
        lock (entry)
        {
            if (entry.Seal is null || key?.Id != entry.SealKey) (entry.Seal, entry.SealKey) = (Make(entry.Signal, request, key) ?? entry.Seal, key?.Id);
            return entry.Seal;
        }
    }

    private string? Make(WakeSignal signal, string request, SealingKey? key) => signal.Password is { IsCleared: false } password
        ? key?.Seal(new SealContext(request, signal.Target, options.NodeName, signal.CapturedAt), password.Octets).ToString()
        : null;
}
