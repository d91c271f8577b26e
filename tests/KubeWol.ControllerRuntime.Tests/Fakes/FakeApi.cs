using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Threading.Channels;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>An API server in memory, with widgets, which come when the test lets them, and one Lease.</summary>
internal sealed class FakeApi : HttpMessageHandler
{
    private readonly TaskCompletionSource<string> _list = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<Pipe> _watches = Channel.CreateUnbounded<Pipe>();
    private Pipe? _watch;

    public LeaseServer Lease { get; } = new();

    /// <summary>Cuts the way to the lease, and to it alone.</summary>
    public bool LeaseIsAway { get; set; }

    /// <summary>Refuses watches.</summary>
    public bool WatchesAreAway { get; set; }

    /// <summary>How many watches were begun.</summary>
    public int Watches { get; private set; }

    public void AnswerList(params Widget[] widgets) => _list.TrySetResult(Widget.List(10, null, widgets));

    public async Task SayAsync(string lines)
    {
        while (_watches.Reader.TryRead(out var newer)) _watch = newer;
        _watch ??= await _watches.Reader.ReadAsync(Bounded.Test).SoonAsync();
        await _watch.Writer.WriteAsync(Encoding.UTF8.GetBytes(lines), Bounded.Test);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath.Contains("/leases", StringComparison.Ordinal))
        {
            if (LeaseIsAway) throw new HttpRequestException("Connection refused");
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(CancellationToken.None);
            lock (Lease) return Lease.Handle(request.Method, body);
        }

        if (!request.RequestUri.Query.Contains("watch=1", StringComparison.Ordinal))
        {
            return new(HttpStatusCode.OK) { Content = new StringContent(await _list.Task.WaitAsync(cancellationToken)) };
        }

        if (WatchesAreAway) throw new HttpRequestException("Connection refused");
        Watches++;
        var pipe = new Pipe();
        _watches.Writer.TryWrite(pipe);
        return new(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) };
    }
}
