using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.KubeVirt;

/// <summary>What KubeVirt's answers are taken to mean. The answers are those that a KubeVirt v1.9.0 gave.</summary>
public sealed class KubeVirtMachinesTests : IAsyncLifetime
{
    private const string Start = "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01/start";
    private const string Unpause = "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachineinstances/web-01/unpause";
    private const string Read = "GET /apis/kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01";

    private static readonly Answer RunsAlready = Answer.Refuse(409, "Conflict", "VM is already running");
    private static readonly ResourceKey Key = new("team-a", "web-01");

    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly ResourceCache<VirtualMachine> _cache = new();
    private FakeApi _api = null!;
    private KubeVirtMachines _machines = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApi.StartAsync();
        var client = new ClusterClient(_api.Connection, _time);
        var sources = new TemplateSources(client);
        _machines = new(client, _cache, new(client, _cache, Some.Options), new(client, new ResourceCache<Migration>()), new(client),
            new(client, new(new ResourceCache<WakeTemplate>(), Some.Options), sources, new(client, sources)));
        _cache.Set(Some.Vm());
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData(WakeOperation.Start, 202, Start)]
    [InlineData(WakeOperation.Unpause, 200, Unpause)]
    public async Task An_operation_is_one_put_of_an_empty_object_to_its_subresource(WakeOperation operation, int status, string call)
    {
        _api.Respond = _ => new(status);

        Assert.IsType<OperationOutcome.Accepted>(await IssueAsync(operation));

        var only = Assert.Single(_api.Calls);
        Assert.Equal((call, "{}", "application/json"), (only.ToString(), only.Body, only.ContentType));
    }

    [Theory]
    // Asked too early or too late: read again.
    [InlineData("Outdated", 409, "Conflict", "Operation cannot be fulfilled on virtualmachine.kubevirt.io \"web-01\": VM is already running")]
    [InlineData("Outdated", 409, "Conflict", "Operation cannot be fulfilled on virtualmachine.kubevirt.io \"web-01\": Always does not support manual start requests")]
    [InlineData("Outdated", 409, "Conflict", "Operation cannot be fulfilled on virtualmachine.kubevirt.io \"web-01\": Once does not support manual start requests")]
    [InlineData("Outdated", 409, "Conflict", "Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io \"web-01\": VMI is not paused")]
    [InlineData("Outdated", 409, "Conflict", "Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io \"web-01\": VMI is not running")]
    [InlineData("Outdated", 500, "InternalError", "Internal error occurred: the server rejected our request due to an error in our request")]
    [InlineData("Outdated", 500, "InternalError", "Internal error occurred: unable to complete request: stop/start already underway")]
    [InlineData("Outdated", 404, "NotFound", "virtualmachine.kubevirt.io \"web-01\" not found")]
    [InlineData("Outdated", 404, "NotFound", "virtualmachineinstance.kubevirt.io \"web-01\" not found")]
    // Nothing will change by asking again.
    [InlineData("Refused Forbidden", 403, "Forbidden", "virtualmachines.subresources.kubevirt.io \"web-01\" is forbidden: User \"system:serviceaccount:kubewol-system:kubewol-operator\" cannot update resource \"virtualmachines/start\"")]
    [InlineData("Refused Refused", 400, "BadRequest", "Unable to decode the body")]
    [InlineData("Refused Refused", 405, "MethodNotAllowed", "the server does not allow this method on the requested resource")]
    [InlineData("Refused Refused", 422, "Invalid", "the request is invalid")]
    // KubeVirt, or the way to it, is in trouble.
    [InlineData("Unavailable", 401, "Unauthorized", "Unauthorized")]
    [InlineData("Unavailable", 429, "TooManyRequests", "the server has received too many requests and has asked us to try again later")]
    [InlineData("Unavailable", 500, "InternalError", "Internal error occurred: failed calling webhook \"virtualmachine-validator.kubevirt.io\": connection refused")]
    [InlineData("Unavailable", 502, "", "bad gateway")]
    [InlineData("Unavailable", 503, "ServiceUnavailable", "the server is currently unable to handle the request")]
    [InlineData("Unavailable", 504, "Timeout", "the server was unable to return a response in the time allotted")]
    public async Task Each_refusal_has_its_meaning_and_is_passed_on_in_the_servers_words(string outcome, int status, string reason, string message)
    {
        _api.Respond = call => call.Method == "PUT" ? Answer.Refuse(status, reason, message) : new(200, Json(Some.Vm()));

        var answer = await IssueAsync(WakeOperation.Start);

        Assert.Equal((outcome, message), (Kind(answer), Words(answer)));
    }

    [Theory]
    [InlineData(429, 17)]
    [InlineData(503, 3)]
    [InlineData(503, null)]
    public async Task A_wish_to_be_left_alone_is_passed_on(int status, int? seconds)
    {
        _api.Respond = _ => Answer.Refuse(status, "ServiceUnavailable", "later", seconds);

        Assert.Equal(
            new OperationOutcome.Unavailable("later", seconds is { } s ? TimeSpan.FromSeconds(s) : null), await IssueAsync(WakeOperation.Start));
    }

    [Fact]
    public async Task A_proxy_that_answers_with_a_page_is_a_KubeVirt_out_of_reach()
    {
        _api.Respond = _ => new(502, "<html>Bad Gateway</html>");

        Assert.Contains(
            "Bad Gateway", Assert.IsType<OperationOutcome.Unavailable>(await IssueAsync(WakeOperation.Start)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_KubeVirt_out_of_reach()
    {
        await _api.StopAsync();

        Assert.Contains(
            "refused", Assert.IsType<OperationOutcome.Unavailable>(await IssueAsync(WakeOperation.Start)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_a_KubeVirt_out_of_reach()
    {
        _api.Respond = _ => new(Answer.Cut);

        Assert.IsType<OperationOutcome.Unavailable>(await IssueAsync(WakeOperation.Start));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_after_thirty_seconds()
    {
        _api.Respond = _ =>
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            return new(Answer.Hold);
        };

        Assert.Equal("PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01/start: no complete answer within 30 s",
            Assert.IsType<OperationOutcome.Unavailable>(await IssueAsync(WakeOperation.Start)).Message);
    }

    [Fact]
    public async Task After_a_refusal_for_being_outdated_the_cache_shows_the_machine_as_it_is()
    {
        _api.Respond = call => call.Method == "PUT" ? RunsAlready : new(200, Json(Some.Vm(strategy: "Always", status: "Stopping")));

        await IssueAsync(WakeOperation.Start);

        Assert.Equal([Start, Read], _api.Calls.Select(c => c.ToString()));
        Assert.Equal("Stopping", _cache.Find(Key)!.Status!.PrintableStatus);
    }

    [Fact]
    public async Task A_machine_that_is_gone_when_it_is_read_again_is_left_to_the_watch()
    {
        _api.Respond = call => call.Method == "PUT" ? RunsAlready : Answer.Refuse(404, "NotFound", "not found");

        Assert.Equal(new OperationOutcome.Outdated("VM is already running"), await IssueAsync(WakeOperation.Start));
        Assert.Equal("Stopped", _cache.Find(Key)!.Status!.PrintableStatus);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(503)]
    [InlineData(Answer.Cut)]
    public async Task A_machine_that_cannot_be_read_again_is_left_to_the_watch(int status)
    {
        _api.Respond = call => call.Method == "PUT" ? RunsAlready : status < 0 ? new(status) : Answer.Refuse(status, "Whatever", "no");

        Assert.Equal(new OperationOutcome.Outdated("VM is already running"), await IssueAsync(WakeOperation.Start));
    }

    [Fact]
    public async Task Whoever_stops_the_operator_does_not_wait_for_KubeVirt()
    {
        using var stopping = new CancellationTokenSource();
        _api.Respond = _ =>
        {
            stopping.Cancel();
            return new(Answer.Hold);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _machines.IssueAsync(Order(WakeOperation.Start), stopping.Token));
    }

    [Theory]
    [InlineData(WakeOperation.None)]
    [InlineData(WakeOperation.Unknown)]
    public async Task What_is_no_operation_is_never_sent(WakeOperation operation)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => IssueAsync(operation));
        Assert.Empty(_api.Calls);
    }

    private Task<OperationOutcome> IssueAsync(WakeOperation operation) => _machines.IssueAsync(Order(operation), TestContext.Current.CancellationToken);

    private static Order Order(WakeOperation operation) =>
        new(operation, Some.Request(), Intent.Of(Some.Request(), reversed: false, new Dictionary<string, string>(), Some.Options), new(Some.Vm(), null));

    private static string Kind(OperationOutcome outcome) => outcome is OperationOutcome.Refused refused ? $"Refused {refused.Reason}" : outcome.GetType().Name;

    private static string? Words(OperationOutcome outcome) => outcome switch
    {
        OperationOutcome.Outdated o => o.Message,
        OperationOutcome.Refused o => o.Message,
        OperationOutcome.Unavailable o => o.Message,
        _ => null,
    };

    private static string Json(VirtualMachine machine) => JsonSerializer.Serialize(machine, ApiJson.Default.VirtualMachine);
}
