using System.Collections.Frozen;
using KubeWol.Agent.Delivery;
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
    private volatile Reading _read = new(null, null, false, FrozenSet<string>.Empty, Ranking.Nobody);

    /// <summary>Whether it is known if there are any.</summary>
    public bool AreKnown => maps.Synced.IsCompleted || Current.Map is not null;

    /// <summary>The key that seals passwords, until one was read that of an earlier life; null while there is none.</summary>
    public SealingKey? SealingKey => Current.Key;

    /// <summary>Among whom a message is shared; nobody where the operator has said nothing.</summary>
    public Ranking Ranking => Current.Ranking;

    private Reading Current
    {
        get
        {
            var map = maps.Find(_key);
            var read = _read;
            // One that somebody deleted is put back by the operator. Until then what it said counts: passwords go on being sealed.
            if (map is null || ReferenceEquals(read.Map, map)) return read;
            lock (_reading) return ReferenceEquals(_read.Map, map) ? _read : _read = Read(map);
        }
    }

    /// <summary>Takes the key that an earlier life was told, unless a newer one was read; one that is damaged says nothing.</summary>
    public void Recall(string key)
    {
        if (!SealingKey.TryParse(key, out var recalled)) return;
        lock (_reading)
        {
            if (_read.Map is null) _read = _read with { Key = recalled };
            else recalled.Dispose();
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
        var apart = (config.Distinguish.Nodes ?? []).OfType<string>().ToFrozenSet(StringComparer.Ordinal);
        var interfaces = (config.Distinguish.Interfaces ?? []).OfType<string>().ToFrozenSet(StringComparer.Ordinal);
        // Nodes that are told apart have messages of their own, and do not write those of others.
        return new(map, key, apart.Contains(options.NodeName), interfaces, new(config.Ready.Where(n => !apart.Contains(n))));
    }

    private sealed record Reading(ConfigMap? Map, SealingKey? Key, bool NodeCounts, FrozenSet<string> Interfaces, Ranking Ranking);
}
