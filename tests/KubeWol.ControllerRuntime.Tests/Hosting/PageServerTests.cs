using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using KubeWol.ControllerRuntime.Hosting;
using KubeWol.ControllerRuntime.Tests.Fakes;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging.Abstractions;

namespace KubeWol.ControllerRuntime.Tests.Hosting;

public sealed class PageServerTests : IAsyncLifetime
{
    private readonly PageServer _server = PageServer.Listen(new(IPAddress.Loopback, 0), TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _server.Serve(
            [
                new("/words", static (_, _) => Task.FromResult(PageAnswer.Text(HttpStatusCode.OK, "grüße"))),
                new("/who", static (visit, _) => Task.FromResult(PageAnswer.Text(HttpStatusCode.OK, visit.Client.ToString()))),
                new("/asked", static (visit, _) => Task.FromResult(PageAnswer.Text(HttpStatusCode.OK, $"{visit.Host}|{visit.Query}"))),
                new("/large", static (_, _) => Task.FromResult(new PageAnswer(HttpStatusCode.OK, "application/octet-stream", new byte[3 << 20]))),
                new("/broken", static (_, _) => throw new InvalidOperationException("no")),
            ],
            NullLogger.Instance);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("GET /words HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("GET /words HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("GET /words?collect[]=x HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("GET /nowhere HTTP/1.1\r\n\r\n", "HTTP/1.1 404 NotFound")]
    [InlineData("POST /words HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 MethodNotAllowed")]
    [InlineData("GET words HTTP/1.1\r\n\r\n", "HTTP/1.1 400 BadRequest")]
    [InlineData("GET /words HTTP/2.0\r\n\r\n", "HTTP/1.1 400 BadRequest")]
    [InlineData("GET  /words HTTP/1.1\r\n\r\n", "HTTP/1.1 400 BadRequest")]
    [InlineData("\r\n\r\n", "HTTP/1.1 400 BadRequest")]
    [InlineData("\u0016\u0003\u0001 tls \r\n\r\n", "HTTP/1.1 400 BadRequest")]
    [InlineData("GET /words", "")]
    public async Task A_request_gets_the_status_it_deserves(string request, string status)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.Latin1.GetBytes(request), Cancel);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(status, (await ReadAsync(client)).Split("\r\n")[0]);
    }

    [Theory]
    [InlineData("GET /asked HTTP/1.0\r\n\r\n", "|")]
    [InlineData("GET /asked?find=a%20b&c=?&d HTTP/1.1\r\nAccept: *\r\nhOST:  127.0.0.1:8080 \r\n\r\n", "127.0.0.1:8080|find=a%20b&c=?&d")]
    public async Task A_page_is_told_what_it_was_asked_and_by_which_name(string request, string told)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.Latin1.GetBytes(request), Cancel);
        Assert.EndsWith($"\r\n\r\n{told}", await ReadAsync(client), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("::1", "localhost:8080", true)]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.1", "127.0.0.1:8080", true)]
    [InlineData("127.0.0.1", "[::1]:8080", true)]
    [InlineData("127.0.0.1", "192.0.2.7:8080", true)] // forwarded for others, by whoever may
    [InlineData("127.0.0.1", "evil.example:8080", false)] // a name that was made to mean this machine
    [InlineData("127.0.0.1", "localhost.evil.example", false)]
    [InlineData("192.0.2.7", "localhost", false)]
    public void A_visit_is_local_by_its_address_and_by_the_name_it_asks_for(string client, string? host, bool isLocal) =>
        Assert.Equal(isLocal, new PageVisit(IPAddress.Parse(client), "", host).IsLocal);

    [Fact]
    public async Task A_request_may_come_in_single_bytes()
    {
        using var client = await ConnectAsync();
        client.NoDelay = true;
        foreach (var b in "GET /words HTTP/1.1\r\n\r\n"u8.ToArray()) await client.SendAsync(new[] { b }, Cancel);
        Assert.EndsWith("grüße", await ReadAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_without_an_end_is_refused_after_8_KiB()
    {
        using var client = await ConnectAsync();
        await client.SendAsync(Encoding.Latin1.GetBytes("GET /words HTTP/1.1\r\nX: ".PadRight(8192, 'x')), Cancel);
        Assert.StartsWith("HTTP/1.1 431 ", await ReadAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HEAD_tells_the_length_and_sends_no_body()
    {
        using var http = new HttpClient { BaseAddress = _server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Head, "/large");
        using var answer = await http.SendAsync(request, Cancel);
        Assert.Equal(3 << 20, answer.Content.Headers.ContentLength);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task A_large_page_arrives_whole_and_the_client_is_named()
    {
        using var http = new HttpClient { BaseAddress = _server.Address };
        Assert.Equal(3 << 20, (await http.GetByteArrayAsync(new Uri("/large", UriKind.Relative), Cancel)).Length);
        Assert.Equal("127.0.0.1", await http.GetStringAsync(new Uri("/who", UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task A_page_that_fails_leaves_the_others_alone()
    {
        using var http = new HttpClient { BaseAddress = _server.Address };
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri("/broken", UriKind.Relative), Cancel));
        Assert.Equal("grüße", await http.GetStringAsync(new Uri("/words", UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task Whoever_says_nothing_is_cut_off_and_makes_room()
    {
        var time = new StillTime();
        await using var server = PageServer.Listen(new(IPAddress.Loopback, 0), time);
        server.Serve([new("/", static (_, _) => Task.FromResult(PageAnswer.Text(HttpStatusCode.OK, "ok")))], NullLogger.Instance);
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < 300; i++) silent.Add(await ConnectAsync(server)); // more than there are places
            await Eventually.BecomesTrueAsync("all are cut off", () =>
            {
                time.Advance(TimeSpan.FromSeconds(11));
                return silent.TrueForAll(s => s.Poll(0, SelectMode.SelectRead));
            }, Cancel);

            using var http = new HttpClient { BaseAddress = server.Address };
            Assert.Equal("ok", await http.GetStringAsync(new Uri("/", UriKind.Relative), Cancel));
        }
        finally
        {
            silent.ForEach(s => s.Dispose());
        }
    }

    [Fact]
    public void An_address_that_is_taken_is_said_so()
    {
        var taken = Assert.Throws<SocketException>(() => PageServer.Listen(new(IPAddress.Loopback, _server.Address.Port), TimeProvider.System));
        Assert.Equal(SocketError.AddressAlreadyInUse, taken.SocketErrorCode);
    }

    [Fact]
    public async Task An_IPv4_client_is_named_as_such_at_the_unspecified_IPv6_address() => Assert.Equal("127.0.0.1", await NameAtBothFamiliesAsync("127.0.0.1"));

    [Fact]
    public async Task An_IPv6_client_is_served_at_the_unspecified_IPv6_address()
    {
        Assert.SkipUnless(
            NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Any(a => a.Address.Equals(IPAddress.IPv6Loopback)),
            "This machine has no IPv6 loopback address.");
        Assert.Equal("::1", await NameAtBothFamiliesAsync("[::1]"));
    }

    private static async Task<string> NameAtBothFamiliesAsync(string address)
    {
        await using var server = PageServer.Listen(new(IPAddress.IPv6Any, 0), TimeProvider.System);
        server.Serve([new("/who", static (visit, _) => Task.FromResult(PageAnswer.Text(HttpStatusCode.OK, visit.Client.ToString())))], NullLogger.Instance);
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://{address}:{server.Address.Port}/who"), Cancel);
    }

    private Task<Socket> ConnectAsync() => ConnectAsync(_server);

    private static async Task<Socket> ConnectAsync(PageServer server)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Address.Port), Cancel);
        return client;
    }

    private static async Task<string> ReadAsync(Socket client)
    {
        // Not a stream: that takes a socket for closed once it has said its last word.
        using var answer = new MemoryStream();
        var buffer = new byte[4096];
        while (await client.ReceiveAsync(buffer, Cancel) is > 0 and var read) answer.Write(buffer, 0, read);
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
