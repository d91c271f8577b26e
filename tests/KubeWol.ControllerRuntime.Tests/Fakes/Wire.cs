namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>What becomes of one request on its way.</summary>
/// <param name="There">How long it takes to the server; null: it never arrives, and no answer comes.</param>
/// <param name="Back">How long the answer takes; null: it never comes, though the server did what was asked.</param>
/// <param name="Refused">The connection is refused at once.</param>
/// <param name="Status">The answer when something between the two answers in the server's place; 0: nothing does.</param>
internal sealed record Fate(TimeSpan? There, TimeSpan? Back, bool Refused = false, int Status = 0)
{
    public static readonly Fate Good = new(TimeSpan.Zero, TimeSpan.Zero);
    public static readonly Fate Lost = new(null, null);
    public static readonly Fate AnswerLost = new(TimeSpan.Zero, null);
    public static readonly Fate NoConnection = new(null, null, Refused: true);
}

/// <summary>One candidate's network. What is on its way arrives, even when the sender has given up waiting.</summary>
internal sealed class Wire(LeaseServer server, TimeProvider time, Func<Fate> fate) : HttpMessageHandler
{
    public int Sent { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Sent++;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(CancellationToken.None);
        return await CarryAsync(request.Method, body, fate()).WaitAsync(cancellationToken);
    }

    private async Task<HttpResponseMessage> CarryAsync(HttpMethod method, string body, Fate way)
    {
        if (way.Refused) throw new HttpRequestException("Connection refused");
        if (way.Status != 0) return new((System.Net.HttpStatusCode)way.Status);
        await Task.Delay(way.There ?? Timeout.InfiniteTimeSpan, time);
        var answer = server.Handle(method, body);
        await Task.Delay(way.Back ?? Timeout.InfiniteTimeSpan, time);
        return answer;
    }
}
