using KubeWol.Api.V1Alpha1;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd;

/// <summary>What is wrong has a named outcome that a person understands.</summary>
public sealed class BadInputTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Garbage_of_every_length_on_every_NIC_makes_no_request_and_ends_no_agent()
    {
        var before = (await bed.Cluster.RequestsAsync(Cancel)).Count;
        var refused = await bed.CountAsync("NoSyncStream");
        var random = new Random(20261122);
        using (var sender = bed.Network.Sender.Nic.OpenSender())
        {
            foreach (var lengths in Enumerable.Range(14, 1501).Chunk(100))
            {
                foreach (var length in lengths)
                {
                    var frame = new byte[length];
                    random.NextBytes(frame);
                    frame.AsSpan(0, 6).Fill(0xff); // to every NIC
                    frame[6] &= 0xfe; // a bridge drops what a group seems to have sent
                    (frame[12], frame[13]) = (0x08, 0x42); // past the kernel's filter
                    sender.Send(frame);
                }

                refused += lengths.Length * bed.Agents.Count;
                await Eventually.BecomesTrueAsync($"every agent has counted the garbage of {lengths[0]} octets and more: {refused} in all", async () => await bed.CountAsync("NoSyncStream") >= refused, Cancel);
            }
        }

        Assert.Equal(before, (await bed.Cluster.RequestsAsync(Cancel)).Count);
        Assert.All(bed.Agents, a => Assert.False(a.Process.HasExited));

        var machine = await bed.CreateMachineAsync("after-garbage");
        await bed.SendAsync("wakeonlan", machine.Mac!);
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
    }

    [Fact]
    public async Task A_frame_for_an_address_that_nobody_has_costs_the_API_server_nothing()
    {
        var nobody = Bed.NextAddress().ToString();
        await bed.SendAsync("wakeonlan", nobody);
        await bed.ComesToNothingAsync(nobody);
    }

    [Fact]
    public async Task A_request_for_an_address_that_nobody_has_is_an_unknown_target()
    {
        var nobody = Bed.NextAddress().ToString();
        var request = await bed.AskAsync(bed.Namespace, new WakeTarget { MacAddress = nobody });
        Assert.Equal((WakePhase.Failed, WakeReason.UnknownTarget), (request.Status!.Phase, request.Status.Reason));
        Assert.Contains(nobody, request.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_is_created_a_moment_after_the_frame_is_still_woken()
    {
        var machine = bed.Machine("late");
        await bed.SendAsync("wakeonlan", machine.Mac!);
        await Eventually.BecomesTrueAsync("all agents hold the message", async () => (await bed.VerdictsAsync(machine.Mac!)).All(v => v == "Held"), Cancel);
        await bed.Cluster.ApplyAsync(machine, Cancel);
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
    }

    [Fact]
    public async Task A_request_for_a_machine_that_is_just_being_created_waits_for_it()
    {
        var machine = bed.Machine("later");
        var request = await bed.BeginAsync(bed.Namespace, new() { Action = WakeAction.Wake, Target = new() { MacAddress = machine.Mac } });
        await bed.SaysAsync(request, WakeReason.LookingForTarget);
        await bed.Cluster.ApplyAsync(machine, Cancel);
        Assert.Equal(WakeReason.Started, (await bed.FinishedAsync(request)).Status!.Reason);
    }

    [Fact]
    public async Task A_machine_is_woken_right_after_it_was_created()
    {
        for (var i = 0; i < 5; i++)
        {
            var machine = bed.Machine($"fresh-{i}");
            await bed.Cluster.ApplyAsync(machine, Cancel);
            await bed.SendAsync("wakeonlan", machine.Mac!);
            Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
        }
    }

    [Fact]
    public async Task An_address_of_two_machines_wakes_neither()
    {
        var one = await bed.CreateMachineAsync("twin-one");
        var other = await bed.CreateMachineAsync(new(bed.Namespace, "twin-two") { Mac = one.Mac }, "Stopped");
        await bed.SendAsync("wakeonlan", one.Mac!);

        var request = await bed.FinishedRequestForAsync(one.Mac!);
        Assert.Equal((WakePhase.Failed, WakeReason.AmbiguousTarget), (request.Status!.Phase, request.Status.Reason));
        Assert.Contains($"{bed.Namespace}/twin-one, {bed.Namespace}/twin-two", request.Status.Message, StringComparison.Ordinal);
        foreach (var machine in (TestBed.MachineManifest[])[one, other]) Assert.Equal("Stopped", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Fact]
    public async Task A_name_that_no_machine_has_is_an_unknown_target()
    {
        var request = await bed.AskAsync(bed.Namespace, new WakeTarget { Name = "nobody" });
        Assert.Equal((WakePhase.Failed, WakeReason.UnknownTarget), (request.Status!.Phase, request.Status.Reason));
    }

    [Fact]
    public async Task A_request_in_another_namespace_reaches_no_machine_of_this_one()
    {
        var machine = await bed.CreateMachineAsync("out-of-reach");
        foreach (var target in (WakeTarget[])[new() { Name = machine.Name }, new() { MacAddress = machine.Mac }])
        {
            var request = await bed.AskAsync("default", target);
            Assert.Equal((WakePhase.Failed, WakeReason.UnknownTarget), (request.Status!.Phase, request.Status.Reason));
        }

        Assert.Equal("Stopped", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Theory]
    [InlineData("action: Wake, target: {}", "set exactly one of target.macAddress and target.name")]
    [InlineData("action: Wake, target: {name: a, macAddress: '52:54:00:00:00:01'}", "set exactly one of target.macAddress and target.name")]
    [InlineData("action: Wake, target: {name: other/web-01}", "machines of other namespaces cannot be named")]
    [InlineData("action: Wake, target: {macAddress: '52:54:00:00:01'}", "a MAC address is six hexadecimal octets")]
    [InlineData("target: {name: a}", "set action")]
    public async Task A_request_that_cannot_be_meant_is_refused_with_a_sentence(string spec, string sentence)
    {
        var manifest = $$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakeRequest
            metadata: {name: bad, namespace: {{bed.Namespace}} }
            spec: { {{spec}} }
            """;
        var answer = await bed.Cluster.Kubectl.RunAsync(["apply", "-f", "-"], manifest, Cancel);
        Assert.False(answer.Succeeded);
        Assert.Contains(sentence, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_sample_is_accepted()
    {
        var samples = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"));
        Assert.NotEmpty(samples);
        foreach (var sample in samples)
        {
            await bed.Cluster.Kubectl.OutputAsync(["apply", "--dry-run=server", "-f", sample], Cancel);
        }
    }
}
