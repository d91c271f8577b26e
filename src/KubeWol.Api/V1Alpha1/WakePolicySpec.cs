using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Which frames may do what to which machines, and how it is done.</summary>
[Rule("!('Destroy' in self.verbs) || self.proof == 'Signed'", "whoever is on the network can send a plain packet, and it never deletes a machine: Destroy needs proof: Signed")]
[Rule("(self.proof == 'SecureOn') == has(self.secureOn)", "secureOn names the passwords: set it with proof: SecureOn, and only with it")]
[Rule("(self.proof == 'Signed') == has(self.signed)", "signed holds the public keys: set it with proof: Signed, and only with it")]
[Rule("self.proof != 'Signed' || !has(self.aliases)", "a signed command says itself what it asks for: leave aliases out with proof: Signed")]
[Rule("!has(self.aliases) || self.aliases.all(a, a.verb in self.verbs)", "every alias stands for one of the policy's verbs: add its verb to verbs")]
[Rule("!has(self.sleepMode) || 'Sleep' in self.verbs", "sleepMode says how to sleep: add Sleep to verbs")]
[Rule("!has(self.move) || 'Move' in self.verbs", "move says where to: add Move to verbs")]
[Rule("!has(self.startAs) || 'Wake' in self.verbs || 'Instantiate' in self.verbs", "startAs says how a machine is started: add Wake to verbs")]
public sealed record WakePolicySpec
{
    /// <summary>The machines it is about, by their labels: those of this namespace, and those that WakeTemplates of this namespace would make. Empty: all.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>What frames may ask for.</summary>
    [Required]
    [MaxItems(5)]
    [Rule("self.size() > 0", "a policy without verbs allows nothing: name at least one, such as Wake")]
    [Rule("self.all(v, self.exists_one(o, o == v))", "name each of the verbs only once")]
    public IReadOnlyList<WakeAction> Verbs { get; init; } = [];

    /// <summary>Where they must have been heard. A frame matches if one of these does; not set: they may come from anywhere.</summary>
    [MaxItems(16)]
    [Rule("self.size() > 0", "an empty list would match no frame: leave from out, or say where frames may come from")]
    public IReadOnlyList<FrameOrigin>? From { get; init; }

    /// <summary>What they must prove.</summary>
    [Required]
    public ProofKind? Proof { get; init; }

    /// <summary>The passwords; for proof SecureOn.</summary>
    public SecureOnProof? SecureOn { get; init; }

    /// <summary>The keys; for proof Signed.</summary>
    public SignedProof? Signed { get; init; }

    /// <summary>How a machine sleeps; the operator's default if not set.</summary>
    public SleepMode? SleepMode { get; init; }

    /// <summary>The run strategy that a Halted machine gets when it is woken, unless its annotation kubewol.io/start-as says otherwise; the operator's default if not set.</summary>
    public StartStrategy? StartAs { get; init; }

    /// <summary>Where machines may move to. Without it the scheduler chooses, or the node that a signed command names.</summary>
    public MoveSettings? Move { get; init; }

    /// <summary>How often. What comes more often is refused.</summary>
    public RateLimits? RateLimits { get; init; }

    /// <summary>What plain packets mean other than Wake, for senders that can say no more.</summary>
    [MaxItems(16)]
    public IReadOnlyList<MessageAlias>? Aliases { get; init; }
}
