using System.Collections.Frozen;
using KubeWol.Api;
using KubeWol.ControllerRuntime;
using KubeWol.Proofs.SecureOn;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Intake;

/// <summary>What the operator tells this agent, as the ConfigMap has it now. Without one the agent does its work all the same.</summary>
internal sealed class Instructions(IResourceCache<ConfigMap> maps, AgentOptions options, ILogger<Instructions> logger)
{
    private readonly ResourceKey _key = AgentConfig.KeyIn(options.Namespace);
    private readonly Lock _reading = new();
    private volatile Reading _read = new(null, null, false, FrozenSet<string>.Empty);

    /// <summary>Completes once it is known whether there are any.</summary>
    public Task Known => maps.Synced;

    /// <summary>The key that seals passwords; null while there is none.</summary>
    public SealingKey? SealingKey => Current.Key;

    private Reading Current
    {
        get
        {
            var map = maps.Find(_key);
            var read = _read;
            if (ReferenceEquals(read.Map, map)) return read;
            lock (_reading) return ReferenceEquals(_read.Map, map) ? _read : _read = Read(map);
        }
    }

    /// <summary>Adds to a message where it was heard, as far as a policy cares.</summary>
    public MessageIdentity Placed(in MessageIdentity message, string @interface)
    {
        var current = Current;
        return !current.NodeCounts && current.Interfaces.Count == 0 ? message : message with
        {
            Node = current.NodeCounts ? options.NodeName : null,
            Interface = current.Interfaces.Contains(@interface) ? @interface : null,
        };
    }

    /// <summary>The key of before is not disposed of: somebody may be sealing with it.</summary>
    private Reading Read(ConfigMap? map)
    {
        var config = AgentConfig.Of(map);
        SealingKey? key = null;
        if (config.SealingKey is { } text && !SealingKey.TryParse(text, out key)) logger.NoSealingKey(_key);
        return new(map, key, config.Distinguish.Nodes?.Contains(options.NodeName) == true, (config.Distinguish.Interfaces ?? []).OfType<string>().ToFrozenSet(StringComparer.Ordinal));
    }

    private sealed record Reading(ConfigMap? Map, SealingKey? Key, bool NodeCounts, FrozenSet<string> Interfaces);
}
