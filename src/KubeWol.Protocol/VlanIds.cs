using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace KubeWol.Protocol;

/// <summary>The VLAN ids of a frame, outermost first: none to eight. An id of 0 is a priority tag, which names no VLAN.</summary>
public struct VlanIds
{
    /// <summary>How many tags a frame may have.</summary>
    public const int Max = 8;

    private Slots _ids;
    private byte _count;

    /// <summary>How many tags the frame has.</summary>
    public readonly int Count => _count;

    /// <summary>The ids, valid as long as this value stays where it is.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<ushort> Span => ((ReadOnlySpan<ushort>)_ids)[.._count];

    /// <summary>The id at a depth from 0 (outermost) to Count - 1.</summary>
    public readonly ushort this[int depth] => Span[depth];

    internal bool TryAdd(ushort id)
    {
        if (_count == Max) return false;
        _ids[_count++] = id;
        return true;
    }

    [InlineArray(Max)]
    private struct Slots
    {
        private ushort _first;
    }
}
