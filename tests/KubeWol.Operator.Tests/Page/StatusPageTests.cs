using System.Net;
using System.Text;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Page;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Page;

/// <summary>Who is answered, and what is understood of what they ask.</summary>
public sealed class StatusPageTests : IDisposable
{
    private readonly State _state = new();
    private readonly AgentVisits _visits;
    private readonly StatusPage _page;

    public StatusPageTests()
    {
        var time = new FakeTimeProvider(Some.Noon);
        _visits = new(AgentVisits.Client(), time);
        _page = new(
            new(new ResourceCache<Api.KubeVirt.VirtualMachine>(), new ResourceCache<Api.KubeVirt.VirtualMachineInstance>(), new ResourceCache<Api.V1Alpha1.WakeRequest>(),
                new ResourceCache<Api.V1Alpha1.WakePolicy>(), new ResourceCache<Api.V1Alpha1.WakeTemplate>(), new ResourceCache<Api.Node>(), new ResourceCache<Api.Pod>(),
                new(new ResourceCache<Api.V1Alpha1.WakePolicy>(), Some.Options), new(time), _visits, Some.Options, time),
            _state);
    }

    public void Dispose() => _visits.Dispose();

    [Theory]
    [InlineData("127.0.0.1", "localhost:8080", HttpStatusCode.OK)]
    [InlineData("::1", "127.0.0.1:8080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", "evil.example:8080", HttpStatusCode.Forbidden)]
    [InlineData("10.244.0.7", "10.244.0.9:8080", HttpStatusCode.Forbidden)]
    public async Task It_is_shown_to_whoever_may_forward_a_port_and_to_nobody_else(string client, string host, HttpStatusCode status)
    {
        var answer = await AnswerAsync(new(IPAddress.Parse(client), "", host));

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == HttpStatusCode.OK, Text(answer).StartsWith("<!doctype html>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_the_operator_has_read_what_there_is_it_says_so()
    {
        _state.IsSynced = false;
        var answer = await AnswerAsync(new(IPAddress.Loopback));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The operator is still reading what there is; try again in a moment.\n"), (answer.Status, Text(answer)));
    }

    [Theory]
    [InlineData(true, "this operator leads")]
    [InlineData(false, "this operator stands by")]
    public async Task A_standby_shows_the_same_and_says_what_it_is(bool isLeading, string words)
    {
        _state.IsLeading = isLeading;

        Assert.Contains(words, Text(await AnswerAsync(new(IPAddress.Loopback))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("find=web", "web")]
    [InlineData("a=b&find=team-a%2Fweb+01&find=other", "team-a/web 01")]
    [InlineData("find=%3Cscript%3E", "&lt;script&gt;")]
    [InlineData("find=%", "%")]
    [InlineData("find=%00%FF", "&#x0;&#xFFFD;")]
    [InlineData("findings=web", "")]
    [InlineData("", "")]
    public async Task What_is_looked_for_is_decoded_and_shown_again(string query, string shown) =>
        Assert.Contains($"""value="{shown}" """, Text(await AnswerAsync(new(IPAddress.Loopback, query))), StringComparison.Ordinal);

    [Fact]
    public async Task What_is_looked_for_is_cut() =>
        Assert.Contains($"""value="{new string('x', 64)}" """, Text(await AnswerAsync(new(IPAddress.Loopback, $"find={new string('x', 5000)}"))), StringComparison.Ordinal);

    private Task<ControllerRuntime.Hosting.PageAnswer> AnswerAsync(ControllerRuntime.Hosting.PageVisit visit) => _page.AnswerAsync(visit, TestContext.Current.CancellationToken);

    private static string Text(ControllerRuntime.Hosting.PageAnswer answer) => Encoding.UTF8.GetString(answer.Body.Span);

    private sealed class State : IRuntimeState
    {
        public bool IsSynced { get; set; } = true;

        public bool IsLeading { get; set; } = true;
    }
}
