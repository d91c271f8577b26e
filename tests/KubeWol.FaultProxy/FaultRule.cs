namespace KubeWol.FaultProxy;

/// <summary>Injects a fault into the calls it matches.</summary>
/// <param name="Fault">What is injected.</param>
public sealed record FaultRule(Fault Fault)
{
    /// <summary>The call's name, such as <c>PUT virtualmachines/start</c>; null for any.</summary>
    public string? Call { get; init; }

    /// <summary>The service account, such as <c>kubewol-operator</c>; null for any.</summary>
    public string? Caller { get; init; }

    /// <summary>What else must be true of the call; null for nothing.</summary>
    public Func<ApiCall, bool>? When { get; init; }

    /// <summary>How many matching calls are let pass first.</summary>
    public int Skip { get; init; }

    /// <summary>How many calls it is injected into; null for all.</summary>
    public int? Times { get; init; }

    internal bool Matches(ApiCall call) =>
        (Call is null || Call == call.Name) && (Caller is null || Caller == call.Caller) && (When is null || When(call));
}
