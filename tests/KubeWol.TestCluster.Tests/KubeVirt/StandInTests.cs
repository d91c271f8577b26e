using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.KubeVirt.Objects;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>What the transcripts cannot show one after the other: races, webhooks and rights over HTTP, time, restarts.</summary>
public sealed class StandInTests(SharedKubeVirt shared) : IClassFixture<SharedKubeVirt>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_parallel_starts_one_is_accepted_and_the_rest_are_refused_as_the_genuine_one_refuses_them()
    {
        var cluster = shared.Cluster;
        var bed = new HttpBed(cluster.Http);
        foreach (var strategy in new[] { RunStrategy.Halted, RunStrategy.Manual, RunStrategy.RerunOnFailure })
        {
            var name = $"b-{strategy.ToLowerInvariant()}";
            await bed.CreateAsync(TestMachines.Vm(name, $"runStrategy={strategy}"));
            if (strategy == RunStrategy.RerunOnFailure)
            {
                await bed.ExpectStatusAsync(name, "Running");
                Assert.Equal("202", await bed.PutAsync("vm", name, "stop", ""));
            }

            // Not before there is a status: the first request to a machine without one is added untested, and then several are accepted.
            await bed.ExpectStatusAsync(name, "Stopped");
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bed.PutAsync("vm", name, "start", "")));

            // burst.txt of the transcripts: these, in any mixture.
            string[] possible =
            [
                "202",
                $"409 Conflict: Operation cannot be fulfilled on virtualmachine.kubevirt.io \"{name}\": VM is already running",
                $"409 Conflict: Operation cannot be fulfilled on virtualmachine.kubevirt.io \"{name}\": Always does not support manual start requests",
                "500 InternalError: Internal error occurred: the server rejected our request due to an error in our request",
                "500 InternalError: Internal error occurred: unable to complete request: stop/start already underway",
            ];
            Assert.Single(answers, "202");
            Assert.All(answers, answer => Assert.Contains(answer, possible));
            await bed.ExpectStatusAsync(name, "Running");
        }
    }

    [Fact]
    public async Task A_stop_that_is_pending_already_is_accepted_again_and_written_down_as_one_that_changed_nothing()
    {
        var bed = new HttpBed(shared.Cluster.Http);
        await bed.CreateAsync(TestMachines.Vm("twice", "runStrategy=Manual", "shutdown-seconds=3600"));
        await bed.ExpectStatusAsync("twice", "Stopped");
        Assert.Equal("202", await bed.PutAsync("vm", "twice", "start", ""));
        await bed.ExpectStatusAsync("twice", "Running");
        Assert.Equal("202", await bed.PutAsync("vm", "twice", "stop", ""));
        await bed.ExpectStatusAsync("twice", "Stopping"); // nothing writes between the second stop's reading and its patch
        Assert.Equal("202", await bed.PutAsync("vm", "twice", "stop", ""));

        var stops = shared.Cluster.StandIn.Journal.Calls.Where(c => c is { Machine: "twice", Verb: "stop" });
        Assert.Equal([true, false], stops.Select(c => c.Revision is not null));
    }

    [Fact]
    public async Task A_lost_JSON_patch_test_is_a_500()
    {
        // The patch of virt-api is sent here with a run strategy that is no longer the machine's: what the second of two racing starts does.
        var cluster = shared.Cluster;
        await new HttpBed(cluster.Http).CreateAsync(TestMachines.Vm("vm", "runStrategy=Halted"));
        const string Patch = """[{"op":"test","path":"/spec/runStrategy","value":"Manual"},{"op":"replace","path":"/spec/runStrategy","value":"Always"}]""";
        using var content = new StringContent(Patch, Encoding.UTF8, "application/json-patch+json");
        using var response = await cluster.Http.PatchAsync(new Uri("apis/kubevirt.io/v1/namespaces/default/virtualmachines/vm", UriKind.Relative), content, Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var message = (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["message"];
        Assert.Equal("the server rejected our request due to an error in our request", message);
    }

    [Fact]
    public async Task The_webhooks_refuse_over_HTTP_what_they_refuse_by_the_rules()
    {
        var cluster = shared.Cluster;
        var bed = new HttpBed(cluster.Http);
        await bed.CreateAsync(TestMachines.Vm("adm", "runStrategy=Always"));
        await bed.ExpectStatusAsync("adm", "Running");
        var cases = DataBlocks.Read("admission.txt").Where(b => b.Kind is "VM" or "VMI update").ToList();
        Assert.Equal(21, cases.Count);
        foreach (var block in cases)
        {
            var patch = JsonNode.Parse(block.Patch)!.AsObject();
            var machine = MergePatch.Apply(TestMachines.Vm("case", "runStrategy=Halted"), patch);
            var outcome = block.Kind == "VM"
                ? await cluster.Api.Kubectl.RunAsync(["create", "--dry-run=server", "-f", "-"], machine.ToJsonString(), Cancel)
                : await cluster.Api.Kubectl.RunAsync(["patch", "vmi", "adm", "--type=merge", "--dry-run=server", "-p", patch.ToJsonString()], Cancel);
            var shown = outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToList();
            if (outcome.Succeeded) shown.Add("accepted");
            Assert.Equal($"{block}\n{block.Expected}", $"{block}\n{string.Join('\n', shown)}");
        }
    }

    [Fact]
    public async Task Verbs_need_the_right_to_update_their_subresource()
    {
        var cluster = shared.Cluster;
        await new HttpBed(cluster.Http).CreateAsync(TestMachines.Vm("rb", "runStrategy=Halted"));
        using var op = cluster.Api.CreateHttpClient(await OperatorTokenAsync(cluster));
        var bed = new HttpBed(op);
        Assert.Equal(
            """
            403 Forbidden: virtualmachines.subresources.kubevirt.io "rb" is forbidden: User "system:serviceaccount:default:op" cannot update resource
             "virtualmachines/start" in API group "subresources.kubevirt.io" in the namespace "default"
            """.ReplaceLineEndings(""),
            await bed.PutAsync("vm", "rb", "start", ""));
        await cluster.Api.Kubectl.ApplyAsync(
            """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: starter, namespace: default}
            rules: [{apiGroups: [subresources.kubevirt.io], resources: [virtualmachines/start], verbs: [update]}]
            """,
            Cancel);
        await cluster.Api.Kubectl.OutputAsync(["create", "rolebinding", "starter", "--role=starter", "--serviceaccount=default:op"], Cancel);
        await bed.ExpectAsync("202", () => bed.PutAsync("vm", "rb", "start", ""));
        Assert.StartsWith("403 Forbidden: ", await bed.PutAsync("vm", "rb", "stop", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_the_stand_in_does_not_know_stay_and_reach_the_instance()
    {
        var cluster = shared.Cluster;
        var bed = new HttpBed(cluster.Http);
        var vm = MergePatch.Apply(TestMachines.Vm("rich", "runStrategy=Manual"), JsonNode.Parse("""
            {"metadata":{"labels":{"team":"a"},"annotations":{"note":"keep me"}},
             "spec":{"instancetype":{"name":"u1.small"},"template":{"metadata":{"labels":{"app":"rich"},"annotations":{"guest":"note"}},
              "spec":{"hostname":"rich","tolerations":[{"operator":"Exists"}],"evictionStrategy":"LiveMigrate",
               "domain":{"cpu":{"cores":2},"memory":{"guest":"128Mi"},"devices":{"rng":{}}}}}}}
            """)!.AsObject());
        await bed.CreateAsync(vm);
        Assert.Equal("202", await bed.PutAsync("vm", "rich", "start", ""));
        await bed.ExpectStatusAsync("rich", "Running");

        var stored = await ReadAsync(cluster, "virtualmachines/rich");
        Assert.Equal("keep me", (string?)stored["metadata"]!["annotations"]!["note"]);
        Assert.True(JsonNode.DeepEquals(vm["spec"], stored["spec"]));
        var instance = await ReadAsync(cluster, "virtualmachineinstances/rich");
        Assert.True(JsonNode.DeepEquals(vm["spec"]!["template"]!["spec"], instance["spec"]));
        var metadata = instance["metadata"]!;
        Assert.Equal(("rich", "note"), ((string?)metadata["labels"]!["app"], (string?)metadata["annotations"]!["guest"]));
        Assert.Equal(("VirtualMachine", "rich"), ((string?)metadata["ownerReferences"]![0]!["kind"], (string?)metadata["ownerReferences"]![0]!["name"]));
    }

    [Fact]
    public async Task A_machine_without_a_NIC_gets_one_on_the_pod_network()
    {
        var cluster = shared.Cluster;
        var bed = new HttpBed(cluster.Http);
        var without = """{"spec":{"template":{"spec":{"networks":null,"domain":{"devices":{"interfaces":null}}}}}}""";
        await bed.CreateAsync(MergePatch.Apply(TestMachines.Vm("bare", "runStrategy=Always"), JsonNode.Parse(without)!.AsObject()));
        await bed.ExpectStatusAsync("bare", "Running");
        Assert.Equal("InterfaceNotLiveMigratable", (await bed.VmiAsync("bare"))!.Status.Conditions.Get(Condition.LiveMigratable)!.Reason);
        Assert.StartsWith("0a:58:", (await bed.VmiAsync("bare"))!.Status.Interfaces!.Single().Mac, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guests_take_the_time_they_are_told_to_by_the_clock_they_are_given()
    {
        var time = new FakeTimeProvider(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        var delays = new StandInDelays { Boot = TimeSpan.FromSeconds(10), Shutdown = TimeSpan.FromSeconds(20) };
        await using var cluster = await KubeVirtCluster.StartAsync(o => o with { Time = time, Delays = delays });
        var bed = new HttpBed(cluster.Http);
        await bed.CreateAsync(TestMachines.Vm("slow", "runStrategy=Manual", "schedule-seconds=5"));
        Assert.Equal("202", await bed.PutAsync("vm", "slow", "start", ""));
        await ExpectAsync("Starting", VmiPhase.Scheduling);
        await AdvanceToAsync(5, "Starting", VmiPhase.Scheduled);
        await AdvanceToAsync(10, "Running", VmiPhase.Running);
        Assert.Equal("202", await bed.PutAsync("vm", "slow", "stop", ""));
        await ExpectAsync("Stopping", VmiPhase.Running);
        await AdvanceToAsync(20, "Stopped", "none");

        async Task AdvanceToAsync(int seconds, string printable, string phase)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            await ExpectAsync(printable, phase);
        }

        Task ExpectAsync(string printable, string phase) => bed.ExpectAsync($"{printable} {phase}", async () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(5)); // a write that came too late is tried again some milliseconds later, by this clock too
            return $"{(await bed.VmAsync("slow"))!.Status.PrintableStatus} {(await bed.VmiAsync("slow"))?.Phase ?? "none"}";
        });
    }

    [Fact]
    public async Task A_restarted_stand_in_goes_on_where_the_cluster_stands()
    {
        await using var cluster = await KubeVirtCluster.StartAsync(o => o with { Delays = StandInDelays.None with { Boot = TimeSpan.FromHours(1) } });
        var bed = new HttpBed(cluster.Http);
        await bed.CreateAsync(TestMachines.Vm("booting", "runStrategy=Always"));
        await bed.CreateAsync(TestMachines.Vm("halted", "runStrategy=Halted"));
        await bed.ExpectPhaseAsync("booting", "Scheduled");
        var before = await bed.VmiAsync("booting");

        await cluster.StandIn.DisposeAsync();
        await bed.CreateAsync(TestMachines.Vm("meanwhile", "runStrategy=Always")); // the webhooks went with it
        await bed.PatchAsync("vm", "booting", new() { ["metadata"] = new JsonObject { ["annotations"] = TestMachines.Annotations("boot-seconds=0") } });
        await cluster.RestartStandInAsync();

        await bed.ExpectStatusAsync("booting", "Running");
        await bed.ExpectPhaseAsync("meanwhile", "Scheduled");
        Assert.Equal(before!.Metadata.Uid, (await bed.VmiAsync("booting"))!.Metadata.Uid);
        Assert.Equal("202", await bed.PutAsync("vm", "halted", "start", ""));
    }

    [Fact]
    public async Task An_instance_that_the_API_server_refuses_leaves_the_machine_stopped_with_the_reason()
    {
        await using var cluster = await KubeVirtCluster.StartAsync();
        var bed = new HttpBed(cluster.Http);
        await cluster.Api.Kubectl.ApplyAsync(
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicy
            metadata: {name: full}
            spec:
              matchConstraints: {resourceRules: [{apiGroups: [kubevirt.io], apiVersions: [v1], operations: [CREATE], resources: [virtualmachineinstances]}]}
              validations: [{expression: "false", message: the house is full}]
            ---
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingAdmissionPolicyBinding
            metadata: {name: full}
            spec: {policyName: full, validationActions: [Deny]}
            """,
            Cancel);
        string[] tryOne = ["create", "--dry-run=server", "-f", "-"];
        var probe = TestMachines.Vmi("probe").ToJsonString();
        await Eventually.BecomesTrueAsync("the policy holds", async () => !(await cluster.Api.Kubectl.RunAsync(tryOne, probe, Cancel)).Succeeded, Cancel);
        await bed.CreateAsync(TestMachines.Vm("unwelcome", "runStrategy=Manual"));
        Assert.Equal("202", await bed.PutAsync("vm", "unwelcome", "start", ""));
        await bed.ExpectAsync("FailedCreate", async () => (await bed.VmAsync("unwelcome"))!.Status.Conditions.Get(Condition.Failure)?.Reason ?? "");
        await bed.ExpectStatusAsync("unwelcome", "Stopped");
        Assert.Contains("the house is full", (await bed.VmAsync("unwelcome"))!.Status.Conditions.Get(Condition.Failure)!.Message, StringComparison.Ordinal);

        await cluster.Api.Kubectl.OutputAsync(["delete", "validatingadmissionpolicybinding", "full"], Cancel);
        await bed.ExpectStatusAsync("unwelcome", "Running");
        Assert.Null((await bed.VmAsync("unwelcome"))!.Status.Conditions.Get(Condition.Failure));
    }

    [Fact]
    public async Task Discovery_and_kubectl_show_what_KubeVirt_would()
    {
        var node = new StandInNode("node01", new Dictionary<string, string> { ["disk"] = "ssd" });
        await using var cluster = await KubeVirtCluster.StartAsync(o => o with { CreateNodes = true, Nodes = [node] });
        var bed = new HttpBed(cluster.Http);
        var discovery = JsonNode.Parse(await cluster.Http.GetStringAsync(new Uri("apis/subresources.kubevirt.io/v1", UriKind.Relative), Cancel))!;
        var names = discovery["resources"]!.AsArray().Select(r => (string)r!["name"]!).ToList();
        Assert.Equal(31, names.Count);
        Assert.Superset(new HashSet<string> { "virtualmachines/start", "virtualmachineinstances/pause", "virtualmachineinstances/evacuate/cancel" }, names.ToHashSet());
        await bed.CreateAsync(TestMachines.Vm("shown", "runStrategy=Always"));
        await bed.ExpectStatusAsync("shown", "Running");
        Assert.Matches(@"NAME +AGE +STATUS +READY\nshown +\d+s +Running +True", await KubectlAsync("get vms"));
        var wide = @"NAME +AGE +PHASE +IP +NODENAME +READY +LIVE-MIGRATABLE +PAUSED\nshown +\d+s +Running +10[.0-9]+ +node01 +True +True";
        Assert.Matches(wide, await KubectlAsync("get vmis -o wide"));
        Assert.Contains("node01", await KubectlAsync("get nodes -l disk=ssd,kubernetes.io/hostname=node01"), StringComparison.Ordinal);
        Assert.Equal("404 NotFound: the stand-in for KubeVirt does not imitate this", await bed.PutAsync("vmi", "shown", "reset", ""));

        Task<string> KubectlAsync(string arguments) => cluster.Api.Kubectl.OutputAsync(arguments.Split(' '), Cancel);
    }

    private static async Task<JsonObject> ReadAsync(KubeVirtCluster cluster, string path) =>
        JsonNode.Parse(await cluster.Http.GetStringAsync(new Uri($"apis/kubevirt.io/v1/namespaces/default/{path}", UriKind.Relative), Cancel))!.AsObject();

    private static async Task<string> OperatorTokenAsync(KubeVirtCluster cluster)
    {
        await cluster.Api.Kubectl.OutputAsync(["create", "serviceaccount", "op"], Cancel);
        return await cluster.Api.TokenForServiceAccountAsync("default", "op", null, Cancel);
    }
}
