using System.Buffers.Binary;
using System.Text;
using KubeWol.Protocol;

namespace KubeWol.Proofs.SecureOn;

/// <summary>The request that a digest belongs to; with any other it is worth nothing.</summary>
/// <param name="Request">The WakeRequest's name.</param>
/// <param name="Target">The machine that was called.</param>
/// <param name="Node">The node that heard the frame.</param>
/// <param name="CapturedAt">When; counted in microseconds, as a WakeRequest says it.</param>
public readonly record struct SealContext(string Request, MacAddress Target, string Node, DateTimeOffset CapturedAt)
{
    /// <summary>One spelling for one context: every part of no fixed length has its length before it.</summary>
    internal byte[] Encode()
    {
        var (request, node) = (Encoding.UTF8.GetBytes(Request), Encoding.UTF8.GetBytes(Node));
        var encoded = new byte[2 + request.Length + MacAddress.Size + 2 + node.Length + 8];
        var rest = encoded.AsSpan();
        Put(ref rest, request);
        Target.CopyTo(rest);
        rest = rest[MacAddress.Size..];
        Put(ref rest, node);
        BinaryPrimitives.WriteInt64BigEndian(rest, CapturedAt.UtcTicks / TimeSpan.TicksPerMicrosecond);
        return encoded;

        static void Put(ref Span<byte> rest, byte[] text)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)text.Length));
            text.CopyTo(rest[2..]);
            rest = rest[(2 + text.Length)..];
        }
    }
}
