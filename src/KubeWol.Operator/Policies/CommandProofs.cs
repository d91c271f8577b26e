using System.Collections.Concurrent;
using System.Security.Cryptography;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Requests;
using KubeWol.Proofs;
using KubeWol.Protocol;

namespace KubeWol.Operator.Policies;

/// <summary>Verifies the commands that frames carry: by whom they are signed, for whom they are, when they were made, and that each is carried out once.</summary>
internal sealed class CommandProofs(IResourceCache<WakeRequest> requests, TimeProvider time)
{
    /// <summary>Keys, and commands, that are kept in memory.</summary>
    private const int Capacity = 10_000;

    /// <summary>An agent keeps a frame no longer than a request's deadline before it writes the request.</summary>
    private static readonly TimeSpan LongestDelivery = TimeSpan.FromSeconds(WakeRequestSpec.DefaultDeadlineSeconds);

    private static readonly ResourceIndex<WakeRequest, string> BySignedOctets = new(r => Envelope(r) is { } envelope ? [envelope.SignedOctetsDigest] : []);

    private readonly ConcurrentDictionary<string, (ECDsa? Key, string? Why)> _keys = [];

    /// <summary>What was carried out: the request may be deleted before the command is too old to be sent again.</summary>
    private readonly ConcurrentDictionary<string, (string? Request, DateTimeOffset Until)> _done = [];

    /// <summary>What the request's command says, checked by nobody; null where it has none.</summary>
    public static SignedCommand? Claims(WakeRequest request) => Envelope(request)?.Claims();

    /// <summary>What becomes of the request's command by these keys, where frames from there count: a copy heard elsewhere uses nothing up.</summary>
    public CommandVerdict Verify(WakeRequest request, SignedProof proof, IReadOnlyList<FrameOrigin>? from = null)
    {
        if (Envelope(request) is not { } envelope) return Refuse(WakeReason.BadSignature, CommandProblem.Damaged.Describe());
        var (command, why) = Signed(envelope, proof);
        if (command is null) return Refuse(WakeReason.BadSignature, why!);
        if (!Calls(request, command.Target))
        {
            return Refuse(WakeReason.BadSignature, $"the command is for {command.Target}, and the packet around it calls {request.Spec.Target.MacAddress}");
        }

        var freshness = Freshness.Of(command.IssuedAt, HeardAt(request), MaxAge(proof), Skew(proof));
        if (!freshness.IsFresh) return new(command, WakeReason.StaleCommand, Words(freshness));
        return EarlierOf(request, command.Target, envelope, proof, from) is { } earlier
            ? new(command, WakeReason.ReplayedCommand, $"the command was carried out before, for WakeRequest {earlier}")
            : new(command);
    }

    /// <summary>The command is being carried out for this request, and for no other.</summary>
    public void Remember(WakeRequest request, SignedProof proof)
    {
        if (_done.Count >= Capacity)
        {
            var now = time.GetUtcNow();
            foreach (var (digest, done) in _done) if (done.Until < now) _done.TryRemove(digest, out _);
        }

        // Two skews: the command may come from the future.
        _done.TryAdd(Envelope(request)!.SignedOctetsDigest, (request.Metadata.Uid, HeardAt(request) + MaxAge(proof) + 2 * Skew(proof) + LongestDelivery));
    }

    private static CommandEnvelope? Envelope(WakeRequest request)
    {
        if (request.Spec.Frame?.Command is not { } text) return null;
        var bytes = new byte[CommandTrailer.MaxSize];
        return Convert.TryFromBase64String(text, bytes, out var length) && CommandEnvelope.TryParse(bytes.AsSpan(0, length), out var envelope, out _) ? envelope : null;
    }

    private static CommandVerdict Refuse(WakeReason reason, string words) => new(null, reason, words);

    private (SignedCommand? Command, string? Why) Signed(CommandEnvelope envelope, SignedProof proof)
    {
        if (proof.Keys.FirstOrDefault(k => k.Id == envelope.KeyId) is not { } known) return (null, $"it does not know the key \"{envelope.KeyId}\" that the command names");
        if (_keys.Count >= Capacity) _keys.Clear(); // what is in use comes back
        var (key, why) = _keys.GetOrAdd(known.PublicKey, static pem => SigningKeys.TryReadPublic(pem, out var read, out var problem) ? (read, null) : (null, problem));
        if (key is null) return (null, $"its key \"{known.Id}\" cannot be used: {why}");
        lock (key) return envelope.TryVerify(key, out var command, out var problem) ? (command, null) : (null, problem.Describe());
    }

    /// <summary>The request for which the same octets were signed and heard before. The signature may differ: others can alter it without the key.</summary>
    private string? EarlierOf(WakeRequest request, MacAddress target, CommandEnvelope envelope, SignedProof proof, IReadOnlyList<FrameOrigin>? from)
    {
        if (_done.TryGetValue(envelope.SignedOctetsDigest, out var done)) return done.Request == request.Metadata.Uid ? null : NameOf(done.Request);
        var mine = new Rival(request, WakeAction.Unknown);
        return requests.FindBy(BySignedOctets, envelope.SignedOctetsDigest)
            .Where(r => r.Metadata.Uid != request.Metadata.Uid && Calls(r, target) && from.Matches(r.Spec.Frame!) && Rival.Asked.Compare(new(r, WakeAction.Unknown), mine) < 0
                && Envelope(r) is { } other && Signed(other, proof).Command is not null)
            .Select(r => ResourceKey.Of(r).ToString())
            .FirstOrDefault();

        string NameOf(string? uid) => requests.FindBy(BySignedOctets, envelope.SignedOctetsDigest).FirstOrDefault(r => r.Metadata.Uid == uid) is { } there
            ? ResourceKey.Of(there).ToString() : "that was deleted since";
    }

    private static bool Calls(WakeRequest request, MacAddress target) => MacAddress.TryParse(request.Spec.Target.MacAddress, null, out var called) && called == target;

    /// <summary>By the node's clock; within what the API server's own allows, so that a node cannot make an old command young.</summary>
    private static DateTimeOffset HeardAt(WakeRequest request)
    {
        var (captured, created) = (request.Spec.Frame?.CapturedAt, request.Metadata.CreationTimestamp);
        if (created is not { } written) return captured ?? default;
        var (earliest, latest) = (written - LongestDelivery, written + TimeSpan.FromSeconds(1)); // it dates to the second
        return captured is not { } heard ? written : heard < earliest ? earliest : heard > latest ? latest : heard;
    }

    private static TimeSpan MaxAge(SignedProof proof) => TimeSpan.FromSeconds(proof.MaxAgeSeconds ?? SignedProof.DefaultMaxAgeSeconds);

    private static TimeSpan Skew(SignedProof proof) => TimeSpan.FromSeconds(proof.ClockSkewSeconds ?? SignedProof.DefaultClockSkewSeconds);

    private static string Words(Freshness freshness) => freshness.TooOldBy > TimeSpan.Zero
        ? $"the command is {freshness.TooOldBy.TotalSeconds:0.#} s too old"
        : $"the command is dated {freshness.FromTheFutureBy.TotalSeconds:0.#} s too far in the future: set the sender's clock";
}
