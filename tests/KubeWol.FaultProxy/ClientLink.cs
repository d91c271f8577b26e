using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace KubeWol.FaultProxy;

/// <summary>A client's connection below its TLS, where it can be reset, or frozen so that the peer seems to have vanished.</summary>
internal sealed class ClientLink : IDuplexPipe
{
    private readonly ConnectionContext _connection;
    private volatile bool _frozen;

    public ClientLink(ConnectionContext connection)
    {
        _connection = connection;
        Input = PipeReader.Create(new Wire(this, connection.Transport.Input.AsStream()));
        Output = PipeWriter.Create(new Wire(this, connection.Transport.Output.AsStream()));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public void Reset() => _connection.Abort();

    /// <summary>From now on what either side sends is lost.</summary>
    public void Freeze() => _frozen = true;

    /// <summary>Frozen, it swallows whatever comes and goes; only the client's own end of the connection is still noticed.</summary>
    private sealed class Wire(ClientLink link, Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count;
            do count = await inner.ReadAsync(buffer, cancellationToken);
            while (count > 0 && link._frozen);
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            link._frozen ? ValueTask.CompletedTask : inner.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => link._frozen ? Task.CompletedTask : inner.FlushAsync(cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
