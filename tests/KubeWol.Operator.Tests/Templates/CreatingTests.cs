using System.Text.Json.Nodes;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Templates;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Templates;

/// <summary>What a request does to create its machine, call by call, and what becomes of it when the answers are bad or the operator dies.</summary>
public sealed class CreatingTests
{
    private const string Machines = "/apis/kubevirt.io/v1/namespaces/team-a/virtualmachines";
    private const string List = $"GET {Machines}?labelSelector=kubewol.io%2Ftemplate%3Dsmall";
    private static readonly Answer Nothing = new(200, """{"items":[]}""");

    [Fact]
    public async Task A_call_for_a_claimed_address_creates_the_machine_at_once()
    {
        await using var world = await WorldAsync(Some.Request(), Nothing, Created());
        await world.PassAsync();
        Assert.Equal([List, $"POST {Machines}"], world.Calls.Take(2));
        Assert.Equal((WakePhase.Running, WakeReason.WaitingForCreation, WakeOperation.Create, true), (world.Status.Phase, world.Status.Reason, world.Status.Operation, world.Status.Created));
        Assert.Equal(new() { Namespace = "team-a", Name = "small-525400123456", Uid = "uid-new" }, world.Status.VirtualMachine);
        Assert.Equal("team-a/small-525400123456 is being created", world.Status.Message);

        world.See(Vm("Stopped"));
        await world.PassAfterAsync(1);
        Assert.Equal(["start"], world.SubresourceCalls);
        world.See(Vm("Running"));
        await world.PassAfterAsync(1);
        Assert.Equal((WakePhase.Succeeded, WakeReason.Instantiated), (world.Status.Phase, world.Status.Reason));
    }

    [Fact]
    public async Task An_operator_that_died_before_it_could_report_finds_the_machine_to_be_its_own()
    {
        await using var world = await WorldAsync(Some.Request());
        world.See(Vm("Stopped"));
        await world.PassAsync();
        Assert.Equal(true, world.Status.Created);
        world.See(Vm("Running"));
        await world.PassAfterAsync(1);
        Assert.Equal(WakeReason.Instantiated, world.Status.Reason);
        Assert.DoesNotContain(world.Calls, c => c.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_operator_that_died_before_the_watch_brought_the_machine_finds_it_in_the_list()
    {
        await using var world = await WorldAsync(Some.Request(), Listed(Some.Request().Metadata.Uid!));
        await world.PassAsync();
        Assert.Equal([List], world.Calls.Take(1));
        Assert.Equal((true, "uid-new"), (world.Status.Created, world.Status.VirtualMachine!.Uid));
        Assert.DoesNotContain(world.Calls, c => c.StartsWith("POST", StringComparison.Ordinal));
    }

    /// <summary>A wake that waited while the machine was destroyed: what it makes then is not the machine it had seen.</summary>
    [Fact]
    public async Task A_machine_made_after_another_was_seen_is_waited_for()
    {
        await using var world = await WorldAsync(Some.Request());
        world.See(Vm("Stopping", "another"));
        await world.PassAsync();
        Assert.NotNull(world.Status.Observed);
        world.Lose(Vm("Stopping"));
        foreach (var answer in (Answer[])[Nothing, new(201, """{"metadata":{}}""")]) world.Instead.Enqueue(answer);
        await world.PassAfterAsync(1);
        Assert.Equal((true, null, null), (world.Status.Created, world.Status.Observed, world.Status.VirtualMachine!.Uid));
        await world.PassAfterAsync(1);
        Assert.Equal((WakePhase.Running, WakeReason.WaitingForCreation), (world.Status.Phase, world.Status.Reason));
    }

    [Fact]
    public async Task A_machine_that_another_request_has_just_made_is_waited_for()
    {
        await using var world = await WorldAsync(Some.Request(), Listed("another"));
        Assert.Equal(TimeSpan.FromMilliseconds(250), (await world.PassAsync()).Delay);
        Assert.Equal((WakePhase.Pending, WakeReason.WaitingForCreation, null), (world.Status.Phase, world.Status.Reason, world.Status.Created));
        world.See(Vm("Running", "another"));
        await world.PassAfterAsync(1);
        Assert.Equal(WakeReason.AlreadyActive, world.Status.Reason);
    }

    /// <summary>The watch shows nothing of it. The API server may have lost the answer's end, with the machine's uid; then there is nothing to recognise what is gone by.</summary>
    [Fact]
    public async Task What_shows_no_trace_is_asked_for_again_after_a_while()
    {
        await using var world = await WorldAsync(Some.Request(), Nothing, new(201, """{"metadata":{}}"""));
        await world.PassAsync();
        await world.PassAfterAsync(14);
        Assert.Single(world.Calls, c => c == $"POST {Machines}");
        world.Instead.Enqueue(Nothing);
        await world.PassAfterAsync(1);
        Assert.Equal(2, world.Calls.Count(c => c == $"POST {Machines}"));
        Assert.Equal(WakeReason.WaitingForCreation, world.Status.Reason);
    }

    public static TheoryData<string, string> Absences => new() { { "nobody", """{"items":[]}""" }, { "another request", Listed("another").Body.Replace("uid-new", "uid-other", StringComparison.Ordinal) } };

    [Theory]
    [MemberData(nameof(Absences))]
    public async Task What_was_made_and_deleted_since_is_not_made_again(string successor, string list)
    {
        await using var world = await WorldAsync(Some.Request(), Nothing, Created());
        await world.PassAsync();
        world.Instead.Enqueue(new(200, list));
        await world.PassAfterAsync(15);
        Assert.Equal((WakePhase.Failed, WakeReason.TargetVanished, successor), (world.Status.Phase, world.Status.Reason, successor));
        Assert.Equal("team-a/small-525400123456 was deleted before it was ready", world.Status.Message);
        Assert.Single(world.Calls, c => c == $"POST {Machines}");
    }

    [Fact]
    public async Task A_name_taken_between_the_look_and_the_creation_is_judged_by_who_has_it()
    {
        await using var world = await WorldAsync(Some.Request(), Nothing, Answer.Refuse(409, "AlreadyExists", "it exists"), new(200, Json("somebody", template: null)));
        await world.PassAsync();
        Assert.Equal(
            (WakeReason.TemplateNotUsable,
                "WakeTemplate team-a/small cannot be used: the name team-a/small-525400123456 is taken by a VirtualMachine that it did not make for this address; delete that, or set nameTemplate"),
            (world.Status.Reason, world.Status.Message));
    }

    public static TheoryData<int, string, string, WakeReason, string> Refusals => new()
    {
        {
            403, "Forbidden", "virtualmachines.kubevirt.io is forbidden: User \"x\" cannot create resource", WakeReason.WaitingForKubeVirt,
            "KubeVirt cannot be asked just now, trying again: virtualmachines.kubevirt.io is forbidden: User \"x\" cannot create resource" // until it is denied again, later
        },
        {
            403, "Forbidden", "exceeded quota: vms", WakeReason.Refused,
            $"KubeVirt refuses to create the machine with the MAC address {Some.Mac}; it says: exceeded quota: vms"
        },
        {
            422, "Invalid", "spec.template is wrong", WakeReason.Refused,
            $"KubeVirt refuses to create the machine with the MAC address {Some.Mac}; it says: spec.template is wrong"
        },
        { 503, "ServiceUnavailable", "later", WakeReason.WaitingForKubeVirt, "KubeVirt cannot be asked just now, trying again: later" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_is_told(int status, string word, string says, WakeReason reason, string words)
    {
        await using var world = await WorldAsync(Some.Request(), Nothing, Answer.Refuse(status, word, says));
        await world.PassAsync();
        Assert.Equal((reason, words, null), (world.Status.Reason, world.Status.Message, world.Status.Created));
    }

    [Fact]
    public async Task KubeVirts_own_template_is_processed_in_the_version_that_the_cluster_prefers()
    {
        const string Processed = """
            {"kind":"ProcessedVirtualMachineTemplate","virtualMachine":{"metadata":{"name":"x","labels":{"os":"f"}},"spec":{"runStrategy":"Always","template":{"spec":{"domain":{"devices":{"interfaces":[{"name":"lan"}]}}}}}}}
            """;
        await using var world = await WorldAsync(
            Some.Request(), Nothing, Group("v1beta1"), new(200, "{}"), Group("v1beta2"), new(200, Processed), Created());
        world.See(MachineTemplate());
        await world.PassAsync();
        Assert.Equal(
            [
                List, "GET /apis/template.kubevirt.io", "GET /apis/template.kubevirt.io/v1beta1/namespaces/team-a/virtualmachinetemplates/fedora",
                "GET /apis/subresources.template.kubevirt.io",
                "POST /apis/subresources.template.kubevirt.io/v1beta2/namespaces/team-a/virtualmachinetemplates/fedora/process", $"POST {Machines}",
            ], world.Calls.Take(6));
        Assert.Equal(
            """{"apiVersion":"subresources.template.kubevirt.io/v1beta2","kind":"ProcessOptions","parameters":{"NAME":"vm-525400123456"}}""", world.Api.Calls[4].Body);
        var machine = JsonNode.Parse(world.Api.Calls[5].Body)!;
        Assert.Equal(("small-525400123456", "f", Some.Mac), ((string?)machine["metadata"]!["name"], (string?)machine["metadata"]!["labels"]!["os"],
            (string?)machine["spec"]!["template"]!["spec"]!["domain"]!["devices"]!["interfaces"]![0]!["macAddress"]));
        Assert.Equal(true, world.Status.Created);
    }

    [Theory]
    [InlineData(409, "Conflict", "parameter NAME not found in template")]
    [InlineData(422, "Invalid", "parameters: Required value: SIZE")]
    public async Task What_KubeVirts_own_template_does_not_take_is_told(int status, string reason, string says)
    {
        await using var world = await WorldAsync(
            Some.Request(), Nothing, Group("v1beta1"), new(200, "{}"), Group("v1beta1"), Answer.Refuse(status, reason, says));
        world.See(MachineTemplate());
        await world.PassAsync();
        Assert.Equal(
            (WakeReason.TemplateNotUsable, $"WakeTemplate team-a/small cannot be used: KubeVirt cannot process the VirtualMachineTemplate fedora: {says}"),
            (world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task A_clone_that_is_done_between_two_readings_counts_as_its_machine()
    {
        var underWay = new Answer(200, """{"items":[{"metadata":{"name":"kubewol-small-1"},"spec":{"target":{"name":"small-1"}},"status":{"phase":"RestoreInProgress"}}]}""");
        var done = new Answer(200, """{"items":[{"metadata":{"name":"small-1","namespace":"team-a"}}]}""");
        await using var world = await WorldAsync(Some.Request(), underWay, done);
        var template = Claims.Template();
        world.See(template with { Spec = template.Spec with { VirtualMachine = null, CloneOf = new() { Name = "golden" }, MaxInstances = 1 } });
        await world.PassAsync();
        Assert.Equal(
            ["GET /apis/clone.kubevirt.io/v1beta1/namespaces/team-a/virtualmachineclones?labelSelector=kubewol.io%2Ftemplate%3Dsmall", List],
            world.Calls.Take(2));
        Assert.Equal(WakeReason.TooManyInstances, world.Status.Reason);
    }

    [Fact]
    public async Task A_clone_that_nobody_has_confirmed_is_taken_away_at_the_deadline()
    {
        const string Clones = "/apis/clone.kubevirt.io/v1beta1/namespaces/team-a/virtualmachineclones";
        await using var world = await WorldOfUnconfirmedCloneAsync();
        Assert.Equal((WakeReason.WaitingForKubeVirt, $"POST {Clones}"), (world.Status.Reason, world.Calls[3]));

        world.Instead.Enqueue(new(200, $$"""{"metadata":{"namespace":"team-a","name":"kubewol-small-525400123456","uid":"c","annotations":{"kubewol.io/created-by":"{{Some.Request().Metadata.Uid}}"} } }"""));
        world.Instead.Enqueue(new(200, "{}"));
        await world.PassAfterAsync(300);
        Assert.Equal((WakeReason.DeadlineExceeded, $"DELETE {Clones}/kubewol-small-525400123456"), (world.Status.Reason, world.Calls[^2]));
    }

    /// <summary>A new leader's watch may be behind: for what the last leader has finished nothing is cancelled, either.</summary>
    [Fact]
    public async Task A_new_leader_takes_nothing_away_for_a_request_that_the_last_one_has_finished()
    {
        await using var world = await WorldOfUnconfirmedCloneAsync();
        world.WriteBehindTheCache(new WakeRequestStatus { Phase = WakePhase.Succeeded, Reason = WakeReason.Instantiated, CompletedAt = world.Time.GetUtcNow() });
        world.LeadsSince = long.MaxValue;

        Assert.True((await Assert.ThrowsAsync<ApiException>(() => world.PassAfterAsync(300))).IsConflict);
        Assert.DoesNotContain(world.Calls, c => c.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sleep_for_a_claimed_address_creates_nothing()
    {
        var request = Some.Request() with { Spec = Some.Request().Spec with { Action = WakeAction.Sleep } };
        await using var world = await WorldAsync(request);
        await world.PassAsync();
        Assert.Equal(WakeReason.LookingForTarget, world.Status.Reason);
        Assert.DoesNotContain(List, world.Calls);
    }

    /// <summary>The clone was asked for, and nobody knows whether it is there.</summary>
    private static async Task<OperatorWorld> WorldOfUnconfirmedCloneAsync()
    {
        var world = await WorldAsync(
            Some.Request(), Nothing, Nothing,
            new(200, """{"spec":{"template":{"spec":{"domain":{"devices":{"interfaces":[{"name":"lan"}]}}}}}}"""), new(Answer.Cut));
        var template = Claims.Template();
        world.See(template with { Spec = template.Spec with { VirtualMachine = null, CloneOf = new() { Name = "golden" } } });
        await world.PassAsync();
        return world;
    }

    private static async Task<OperatorWorld> WorldAsync(WakeRequest request, params IReadOnlyList<Answer> answers)
    {
        var world = await OperatorWorld.WithAsync(request);
        world.See(Claims.Template());
        foreach (var answer in answers) world.Instead.Enqueue(answer);
        return world;
    }

    private static WakeTemplate MachineTemplate()
    {
        var template = Claims.Template();
        return template with
        {
            Spec = template.Spec with
            {
                VirtualMachine = null,
                VirtualMachineTemplate = new() { Name = "fedora", Parameters = new Dictionary<string, string> { ["NAME"] = "vm-$(macHex)" } },
            },
        };
    }

    private static Answer Group(string preferred) => new(200, $$"""{"kind":"APIGroup","preferredVersion":{"groupVersion":"x/{{preferred}}","version":"{{preferred}}"} }""");

    private static Answer Created() => new(201, """{"metadata":{"uid":"uid-new"}}""");

    private static Answer Listed(string createdBy) => new(200, $$"""{"items":[{{Json(createdBy, "small")}}]}""");

    private static string Json(string createdBy, string? template) => $$"""
        {"metadata":{"namespace":"team-a","name":"small-525400123456","uid":"uid-new","labels":{"kubewol.io/template":"{{template}}"},"annotations":{"kubewol.io/created-by":"{{createdBy}}"} },
         "spec":{"template":{"spec":{"domain":{"devices":{"interfaces":[{"macAddress":"{{Some.Mac}}"}]} } } } } }
        """;

    private static VirtualMachine Vm(string status, string? createdBy = null)
    {
        var machine = Some.Vm("team-a/small-525400123456", status == "Stopped" ? "Halted" : "Always", status);
        return machine with
        {
            Metadata = machine.Metadata with
            {
                Uid = "uid-new",
                Labels = new Dictionary<string, string> { [InstanceMarks.TemplateLabel] = "small" },
                Annotations = new Dictionary<string, string> { [InstanceMarks.CreatedByAnnotation] = createdBy ?? Some.Request().Metadata.Uid! },
            },
        };
    }
}
