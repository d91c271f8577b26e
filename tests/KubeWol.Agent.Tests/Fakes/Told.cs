using KubeWol.Agent.Intake;
using KubeWol.Api;
using KubeWol.ControllerRuntime.Internal;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>What the operator has published, as far as the agent has heard of it.</summary>
internal sealed class Told
{
    private readonly ResourceCache<ConfigMap> _maps = new();
    private int _version;

    /// <param name="isKnown">Whether the first list is there.</param>
    public Told(bool isKnown = true)
    {
        Instructions = new(_maps, Some.Options, Log);
        if (isKnown) Know();
    }

    public LogRecorder<Instructions> Log { get; } = new();

    public Instructions Instructions { get; }

    /// <summary>The first list comes, and is empty.</summary>
    public void Know() => _maps.Replace([.. _maps.All]);

    /// <summary>The operator publishes.</summary>
    public void Say(string? sealingKey = null, string[]? nodes = null, string[]? interfaces = null, string[]? ready = null) =>
        SayLiterally(new AgentConfig(sealingKey, new(nodes, interfaces), []) { Ready = ready ?? [] }.ToData().Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value!));

    /// <summary>The operator publishes whose agents are ready.</summary>
    public void SayReady(params string[] ready) => Say(ready: ready);

    /// <summary>Somebody writes into the ConfigMap.</summary>
    public void SayLiterally(IReadOnlyDictionary<string, string>? data) =>
        _maps.Set(new() { Metadata = new() { Namespace = "kubewol-system", Name = "kubewol-agents", Uid = "u", ResourceVersion = $"{++_version}" }, Data = data });

    /// <summary>The ConfigMap is deleted.</summary>
    public void Unsay() => _maps.Remove(AgentConfig.KeyIn("kubewol-system"));
}
