using System.Numerics;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using KubeWol.Protocol;

namespace KubeWol.Bench.Micro;

/// <summary>Looking for a packet in frames full of something else, far more of them than a cache holds.</summary>
public class ScanBenchmarks
{
    /// <summary>Octets of all frames.</summary>
    public const int Size = Frames * FrameSize;

    private const int Frames = 128 * 1024;
    private const int FrameSize = 1536;
    private const int Header = 14;

    private static ReadOnlySpan<byte> Sync => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(Size);

    [GlobalSetup]
    public void Fill()
    {
        new Random(1).NextBytes(_memory);
        var head = new WolFrameBuilder().Build([])[..Header];
        for (var i = 0; i < Frames; i++) head.CopyTo(_memory, i * FrameSize);
    }

    [Benchmark]
    public int Scan()
    {
        var found = 0;
        for (var i = 0; i < Frames; i++)
        {
            if (WolFrame.TryParse(LinkType.Ethernet, _memory.AsSpan(i * FrameSize, FrameSize), WolPorts.Default, out _, out _)) found++;
        }

        return found;
    }

    [Benchmark]
    public int IndexOf()
    {
        var found = 0;
        for (var i = 0; i < Frames; i++)
        {
            if (_memory.AsSpan(i * FrameSize + Header, FrameSize - Header).IndexOf(Sync) >= 0) found++;
        }

        return found;
    }

    [Benchmark]
    public long Read()
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<long>>(_memory);
        var (a, b, c, d) = (Vector<long>.Zero, Vector<long>.Zero, Vector<long>.Zero, Vector<long>.Zero);
        for (var i = 0; i + 3 < vectors.Length; i += 4)
        {
            a += vectors[i];
            b += vectors[i + 1];
            c += vectors[i + 2];
            d += vectors[i + 3];
        }

        return Vector.Sum(a + b + c + d);
    }
}
