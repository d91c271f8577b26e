namespace KubeWol.FaultProxy;

/// <summary>One fault, as it is to be injected.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record Fault(FaultKind Kind)
{
    /// <summary>What a 429 or 503 asks for, in whole seconds; null sends no Retry-After.</summary>
    public int? RetryAfterSeconds { get; init; } = Kind == FaultKind.TooManyRequests ? 1 : null;

    /// <summary>How late a <see cref="FaultKind.Slow"/> answer is.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(500);

    public static implicit operator Fault(FaultKind kind) => new(kind);

    public static Fault FromFaultKind(FaultKind kind) => new(kind);

    /// <summary>Why an API server never answers a call like this; null where it may.</summary>
    public static string? CannotMeet(FaultKind kind, ApiCall call) => CannotMeet(kind, call.Verb);

    /// <summary>Why an API server never answers a call with this verb like this; null where it may.</summary>
    public static string? CannotMeet(FaultKind kind, string verb) => kind switch
    {
        FaultKind.NoSuchObject when verb is "LIST" or "WATCH" => "a list of nothing is empty, not missing",
        FaultKind.Conflict when verb is "GET" or "LIST" or "WATCH" => "a read conflicts with nobody",
        FaultKind.Gone when verb is not ("LIST" or "WATCH") => "only a list or a watch names a version to begin at",
        FaultKind.GoneEvent or FaultKind.CutEvent when verb is not "WATCH" => "only a watch has events",
        FaultKind.TooLarge or FaultKind.Invalid when verb is "GET" or "LIST" or "WATCH" => "there is no body to find fault with",
        FaultKind.GatewayTimeoutAfter or FaultKind.ResetAfter or FaultKind.NoAnswerAfter when verb is "GET" or "LIST" or "WATCH" => "a read has no effect to be followed by a fault",
        _ => null,
    };
}
