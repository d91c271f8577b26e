using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.KubeVirt;

/// <summary>What KubeVirt's answers are taken to mean. The answers are those that a KubeVirt v1.9.0 gave.</summary>
public sealed class KubeVirtMachinesTests : IAsyncLifetime
{
    private const string Start = "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01/start";
    private const string Read = "GET /apis/kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01";

    private static readonly Answer RunsAlready = Answer.Refuse(409, "Conflict", "VM is already running");
    private static readonly ResourceKey Key = new("team-a", "web-01");

    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly ResourceCache<VirtualMachine> _cache = new();
    private readonly ResourceCache<Migration> _migrations = new();
    private FakeApi _api = null!;
    private KubeVirtMachines _machines = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await FakeApi.StartAsync();
        var client = new ClusterClient(_api.Connection, _time);
        var sources = new TemplateSources(client);
        _machines = new(client, _cache, new(client, _cache), new(client, _migrations), new(client),
            new(client, new(new ResourceCache<WakeTemplate>(), Some.Options), sources, new(client, sources)));
        _cache.Set(Some.Vm());
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData(WakeOperation.Start, "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01/start")]
    [InlineData(WakeOperation.Stop, "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01/stop")]
    [InlineData(WakeOperation.Pause, "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachineinstances/web-01/pause")]
    [InlineData(WakeOperation.Unpause, "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachineinstances/web-01/unpause")]
    [InlineData(WakeOperation.LiveMigrate, "POST /apis/kubevirt.io/v1/namespaces/team-a/virtualmachineinstancemigrations")]
    [InlineData(WakeOperation.Place, "PATCH /apis/kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01?fieldManager=kubewol-placement")]
    [InlineData(WakeOperation.Delete, "DELETE /apis/kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01")]
    public async Task An_operation_is_one_call(WakeOperation operation, string call)
    {
        _api.Respond = c => c.Method == "POST" ? new(201, c.Body) : new(202, "{}");

        Assert.IsType<OperationOutcome.Accepted>(await IssueAsync(operation));

        var only = Assert.Single(_api.Calls);
        Assert.Equal(call, only.ToString());
        if (only.Method == "PUT") Assert.Equal(("{}", "application/json"), (only.Body, only.ContentType));
        if (operation == WakeOperation.Place) Assert.Equal("application/apply-patch+yaml", only.ContentType);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // nothing to cancel
    public async Task To_cancel_a_migration_it_is_found_by_its_name_and_deleted(bool isThere)
    {
        var name = MigrationOperations.NameOf(Some.Request());
        if (isThere) _migrations.Set(new Migration { Metadata = new() { Namespace = "team-a", Name = name, Uid = "the-migration" }, Spec = new() });
        _api.Respond = _ => new(200, """{"items":[]}""");

        Assert.IsType<OperationOutcome.Accepted>(await IssueAsync(WakeOperation.CancelMigration));

        if (!isThere)
        {
            Assert.Equal("GET", Assert.Single(_api.Calls).Method); // the watch may be far behind
            return;
        }

        var call = Assert.Single(_api.Calls);
        Assert.Equal($"DELETE /apis/kubevirt.io/v1/namespaces/team-a/virtualmachineinstancemigrations/{name}", call.ToString());
        Assert.Contains("\"preconditions\":{\"uid\":\"the-migration\"}", call.Body, StringComparison.Ordinal);
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
    public async Task A_proxy_that_answers_with_a_page_leaves_open_whether_it_was_done()
    {
        _api.Respond = _ => new(502, "<html>Bad Gateway</html>");

        Assert.Contains(
            "Bad Gateway", Assert.IsType<OperationOutcome.Unanswered>(await IssueAsync(WakeOperation.Start)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_KubeVirt_out_of_reach()
    {
        await _api.StopAsync();

        Assert.Contains(
            "refused", Assert.IsType<OperationOutcome.Unavailable>(await IssueAsync(WakeOperation.Start)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_breaks_leaves_open_whether_it_was_done()
    {
        _api.Respond = _ => new(Answer.Cut);

        Assert.IsType<OperationOutcome.Unanswered>(await IssueAsync(WakeOperation.Start));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_after_thirty_seconds_and_may_have_done_it()
    {
        _api.Respond = _ =>
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            return new(Answer.Hold);
        };

        Assert.Equal("PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01/start: no complete answer within 30 s",
            Assert.IsType<OperationOutcome.Unanswered>(await IssueAsync(WakeOperation.Start)).Message);
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
        new(operation, Some.Request(), Intent.Of(Some.Request(), Judgement.Direct(WakeAction.Wake), new Dictionary<string, string>(), Some.Options), new(Some.Vm(), null));

    private static string Json(VirtualMachine machine) => JsonSerializer.Serialize(machine, ApiJson.Default.VirtualMachine);
}
