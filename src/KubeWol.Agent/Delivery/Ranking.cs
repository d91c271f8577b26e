using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using KubeWol.Protocol;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// The order in which nodes are to write the request for a machine, by rendezvous hashing: the same on every node that knows the same nodes, another for
/// every machine, and where a node goes only its machines get another first.
/// </summary>
internal sealed class Ranking
{
    /// <summary>Nobody is known: everybody writes.</summary>
    public static readonly Ranking Nobody = new([]);

    private readonly (string Name, ulong Hash)[] _nodes;

    /// <param name="nodes">Names of nodes, in any order.</param>
    public Ranking(IEnumerable<string> nodes) => _nodes = [.. nodes.Distinct(StringComparer.Ordinal).Select(n => (n, HashOf(n)))];

    /// <summary>How many nodes it knows.</summary>
    public int Count => _nodes.Length;

    /// <summary>Whether it knows the node.</summary>
    public bool Knows(string node) => Array.Exists(_nodes, n => n.Name == node);

    /// <summary>The nodes whose turn for the machine is before that of a node, in no order; also where it does not know the node.</summary>
    public IEnumerable<string> Before(string node, MacAddress target)
    {
        var salt = Mixed(target.Bits);
        var own = Mixed(HashOf(node) ^ salt);
        foreach (var (name, hash) in _nodes)
        {
            var score = Mixed(hash ^ salt);
            if (score > own || (score == own && string.CompareOrdinal(name, node) < 0)) yield return name;
        }
    }

    private static ulong HashOf(string node) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(node)));

    /// <summary>The finalizer of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).</summary>
    private static ulong Mixed(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
