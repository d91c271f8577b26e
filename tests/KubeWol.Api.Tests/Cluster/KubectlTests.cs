using System.Text.RegularExpressions;

namespace KubeWol.Api.Tests.Cluster;

/// <summary>What a person at a terminal sees.</summary>
public sealed partial class KubectlTests(ApiCluster cluster)
{
    [Theory]
    [InlineData("wr")]
    [InlineData("wakerequest")]
    [InlineData("wakerequests")]
    public async Task Requests_are_listed_with_what_was_asked_and_what_became_of_it(string name)
    {
        var space = await NewNamespaceWithRequestsAsync();

        Assert.Equal(
            """
            NAME | ACTION | MAC | VM | PHASE | REASON | AGE
            done | Wake | 52:54:00:12:34:56 | web-01 | Succeeded | Started | now
            new | now
            """,
            Table(await cluster.KubectlAsync("get", name, "-n", space)));
    }

    [Fact]
    public async Task All_of_ours_are_listed_under_the_name_of_the_product()
    {
        var space = await NewNamespaceWithRequestsAsync();
        Assert.Equal("wakerequest.kubewol.io/done\nwakerequest.kubewol.io/new\n", await cluster.KubectlAsync("get", "kubewol", "-n", space, "-o", "name"));
    }

    [Fact]
    public async Task The_wide_list_says_who_heard_it_and_why()
    {
        var space = await NewNamespaceWithRequestsAsync();

        Assert.Equal(
            """
            NAME | ACTION | MAC | VM | PHASE | REASON | VM-NAMESPACE | NODE | INTERFACE | MESSAGE | AGE
            done | Wake | 52:54:00:12:34:56 | web-01 | Succeeded | Started | team-a | node-a | bond0 | it was started and is ready | now
            new | now
            """,
            Table(await cluster.KubectlAsync("get", "wr", "-n", space, "-o", "wide")));
    }

    [Theory]
    [InlineData("wr", "Asks for one thing to be done to one virtual machine, once. Capture agents write one for each Wake-on-LAN message they hear")]
    [InlineData("wr.spec", "What is asked for. It cannot be changed: create another request instead.")]
    [InlineData("wr.spec.action", "so in status.action. Wake: Start it, unpause it, or create it where a WakeTemplate claims its address.")]
    [InlineData("wr.spec.target", "exactly one of the two.")]
    [InlineData("wr.spec.target.macAddress", "A MAC address of the machine, such as 52:54:00:12:34:56. In the namespace KubeWol is installed in it may belong to a machine of any namespace;")]
    [InlineData("wr.spec.deadlineSeconds", "The time, in seconds from the request's creation, after which it fails")]
    [InlineData("wr.spec.frame.transport", "Ethernet: A bare Ethernet frame of type 0x0842. UDPv4: UDP over IPv4. UDPv6: UDP over IPv6.")]
    [InlineData("wr.status.reason", "AmbiguousTarget: Several machines have this MAC address; none was touched.")]
    public async Task Explain_speaks_in_sentences(string field, string sentence) =>
        Assert.Contains(sentence, Blanks().Replace(await cluster.KubectlAsync("explain", field), " "), StringComparison.Ordinal);

    [Fact]
    public async Task Explain_shows_the_whole_of_it()
    {
        var spec = await cluster.KubectlAsync("explain", "wr.spec", "--recursive");
        var status = await cluster.KubectlAsync("explain", "wr.status", "--recursive");
        var fields = Field().Matches(spec).Concat(Field().Matches(status));

        Assert.Equal(
            """
            action <string>
            deadlineSeconds <integer>
            frame <Object>
              capturedAt <string> -required-
              command <string>
              destinationPort <integer>
              interface <string> -required-
              node <string> -required-
              secureOnDigest <string>
              sourceIP <string>
              sourceMAC <string>
              transport <string> -required-
              vlans <[]integer>
            instantiate <Object>
              parameters <map[string]string>
              template <string>
            move <Object>
              nodeName <string>
              nodeSelector <map[string]string>
            sleep <Object>
              force <boolean>
              gracePeriodSeconds <integer>
              mode <string>
            target <Object> -required-
              macAddress <string>
              name <string>
            ttlSecondsAfterFinished <integer>
            acceptedAt <string>
            action <string>
            completedAt <string>
            conditions <[]Object>
              lastTransitionTime <string> -required-
              message <string> -required-
              observedGeneration <integer>
              reason <string> -required-
              status <string> -required-
              type <string> -required-
            created <boolean>
            issuedAt <string>
            message <string>
            migration <string>
            observed <Object>
              after <string>
              before <string>
              generation <integer>
              nodeAfter <string>
              nodeBefore <string>
            operation <string>
            phase <string>
            reason <string>
            sequence <integer>
            virtualMachine <Object>
              name <string>
              namespace <string>
              uid <string>
            """,
            string.Join('\n', fields.Select(f => f.Value[2..].TrimEnd().Replace('\t', ' '))));
    }

    public static TheoryData<string> Samples =>
        [.. Directory.GetFiles(Repository.File("config", "samples"), "*.yaml").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_can_be_applied_as_it_is(string sample)
    {
        var path = Repository.File("config", "samples", sample);

        Assert.Contains("created", await cluster.KubectlAsync("apply", "--validate=strict", "-f", path), StringComparison.Ordinal);
        Assert.Contains("unchanged", await cluster.KubectlAsync("apply", "--validate=strict", "-f", path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("condition=Completed", "Succeeded", "True")]
    [InlineData("jsonpath={.status.completedAt}", "Succeeded", "True")]
    [InlineData("jsonpath={.status.completedAt}", "Failed", "False")]
    public async Task A_script_waits_for_success_or_for_either_end(string awaited, string phase, string completed)
    {
        var space = await cluster.NewNamespaceAsync();
        await cluster.CreateAsync(space, "awaited", "{action: Wake, target: {name: web-01}}");
        var waiting = cluster.KubectlAsync("wait", $"--for={awaited}", "wakerequest/awaited", "-n", space, "--timeout=60s");
        await cluster.PatchAsync(space, "awaited", $$$"""
            {"status": {"phase": "{{{phase}}}", "completedAt": "2026-11-22T12:00:00.000000Z", "conditions": [
              {"type": "Completed", "status": "{{{completed}}}", "reason": "Started", "message": "", "lastTransitionTime": "2026-11-22T12:00:00Z"}]}}
            """, "/status");

        Assert.Contains("condition met", await waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubectl_passes_the_sentence_on()
    {
        var space = await cluster.NewNamespaceAsync();

        var result = await cluster.Server.Kubectl.RunAsync(
            ["apply", "-n", space, "-f", "-"],
            "{apiVersion: kubewol.io/v1alpha1, kind: WakeRequest, metadata: {name: x}, spec: {action: Wake, target: {name: other/web-01}}}",
            TestContext.Current.CancellationToken);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            "The WakeRequest \"x\" is invalid: spec.target.name: Invalid value: \"other/web-01\": this is not the name of a VirtualMachine; machines of other namespaces cannot be named: create the WakeRequest in the machine's namespace",
            result.Error.Trim());
    }

    private async Task<string> NewNamespaceWithRequestsAsync()
    {
        var space = await cluster.NewNamespaceAsync();
        await cluster.CreateAsync(space, "new", "{action: Wake, target: {name: web-01}}");
        await cluster.CreateAsync(
            space, "done",
            "{target: {macAddress: '52:54:00:12:34:56'}, frame: {node: node-a, interface: bond0, transport: UDPv4, capturedAt: '2026-11-22T12:00:00.123456Z'}}");
        await cluster.PatchAsync(space, "done", """
            {"status": {"action": "Wake", "phase": "Succeeded", "reason": "Started", "message": "it was started and is ready", "virtualMachine": {"namespace": "team-a", "name": "web-01"}}}
            """, "/status");
        return space;
    }

    /// <summary>Columns between bars; an age is now, and an empty cell is none.</summary>
    private static string Table(string output) => Columns().Replace(Age().Replace(output.TrimEnd(), "now"), " | ");

    [GeneratedRegex(@"\d+s$", RegexOptions.Multiline)]
    private static partial Regex Age();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Columns();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex("^ +[A-Za-z]+\t<.*$", RegexOptions.Multiline)]
    private static partial Regex Field();
}
