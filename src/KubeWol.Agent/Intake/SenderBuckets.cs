using System.Security.Cryptography;
using KubeWol.Protocol;

namespace KubeWol.Agent.Intake;

/// <summary>
/// A token bucket for each source address, in memory that does not grow: a table whose rows hold a few senders each. Where a row is taken the sender
/// goes whose bucket is the fullest. So one that sends a frame from each of a million addresses drives out its own like, and not the empty bucket of a loud one.
/// </summary>
internal sealed class SenderBuckets
{
    /// <summary>Senders that are told apart at the same time.</summary>
    public const int Capacity = (1 << RowBits) * RowLength;

    private const int RowBits = 9;
    private const int RowLength = 8;

    private readonly Entry[] _entries = new Entry[Capacity];

    /// <summary>Odd, and unknown to all: nobody can choose addresses that share a row.</summary>
    private readonly ulong _seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    /// <summary>The sender's bucket; a full one in place of the fullest of its row where it has none.</summary>
    public ref TokenBucket Of(MacAddress sender)
    {
        var key = sender.Bits + 1; // 0 is an entry nobody has
        var row = _entries.AsSpan((int)((key * _seed) >> (64 - RowBits)) * RowLength, RowLength);
        var fullest = 0;
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i].Key == key) return ref row[i].Bucket;
            if (row[i].Bucket.IsFullerThan(row[fullest].Bucket)) fullest = i;
        }

        row[fullest] = new() { Key = key };
        return ref row[fullest].Bucket;
    }

    private struct Entry
    {
        public ulong Key;
        public TokenBucket Bucket;
    }
}
