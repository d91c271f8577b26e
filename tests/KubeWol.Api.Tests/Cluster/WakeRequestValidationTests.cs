using System.Text.Json;

namespace KubeWol.Api.Tests.Cluster;

/// <summary>What the API server takes and what it refuses, with the words a person reads.</summary>
public sealed class WakeRequestValidationTests(ApiCluster cluster)
{
    private const string Mac = "target: {macAddress: '52:54:00:12:34:56'}";
    private const string Heard = "node: node-a, interface: bond0, transport: UDPv4, capturedAt: '2026-11-22T12:00:00.123456Z'";
    private const string NoName = "this is not the name of a VirtualMachine; machines of other namespaces cannot be named: create the WakeRequest in the machine's namespace";
    private const string NoMac = "a MAC address is six hexadecimal octets, such as 52:54:00:12:34:56";

    private static int s_names;

    [Theory]
    [InlineData("{action: Wake, target: {name: web-01}}")]
    [InlineData("{action: Wake, target: {name: web-01.example.org}}")]
    [InlineData("{action: Wake, target: {macAddress: '52:54:00:ab:cd:ef'}}")]
    [InlineData("{action: Wake, target: {macAddress: '52-54-00-AB-CD-EF'}}")]
    [InlineData("{action: Wake, target: {name: a}, deadlineSeconds: 5, ttlSecondsAfterFinished: 0}")]
    [InlineData("{action: Wake, target: {name: a}, deadlineSeconds: 86400, ttlSecondsAfterFinished: 2592000}")]
    [InlineData("{" + Mac + ", frame: {" + Heard + "}}")]
    [InlineData("{action: Wake, " + Mac + ", frame: {" + Heard + ", sourceMAC: '02:00:00:00:00:aa', sourceIP: '2001:db8::1', destinationPort: 65535, vlans: [0, 1, 2, 3, 4, 5, 6, 4095]}}")]
    public async Task This_is_taken(string spec) => Assert.Empty(ApiCluster.Refusals(await CreateAsync(spec)));

    [Theory]
    // Which machine?
    [InlineData("{action: Wake, target: {}}", "spec.target", "set exactly one of target.macAddress and target.name")]
    [InlineData("{action: Wake, target: {name: a, macAddress: '52:54:00:12:34:56'}}", "spec.target", "set exactly one of target.macAddress and target.name")]
    [InlineData("{action: Wake}", "spec.target", "Required value")]
    [InlineData("{action: Wake, target: {macAddress: ''}}", "spec.target.macAddress", NoMac)]
    [InlineData("{action: Wake, target: {macAddress: '52:54:00:12:34'}}", "spec.target.macAddress", NoMac)]
    [InlineData("{action: Wake, target: {macAddress: '52:54:00:12:34:zz'}}", "spec.target.macAddress", NoMac)]
    [InlineData("{action: Wake, target: {macAddress: '52:54-00:12:34:56'}}", "spec.target.macAddress", NoMac)]
    [InlineData("{action: Wake, target: {macAddress: '525400123456'}}", "spec.target.macAddress", NoMac)]
    [InlineData("{action: Wake, target: {macAddress: '52:54:00:12:34:56:78:90'}}", "spec.target.macAddress", "Too long: may not be more than 17 bytes")]
    [InlineData("{action: Wake, target: {name: ''}}", "spec.target.name", NoName)]
    [InlineData("{action: Wake, target: {name: team-b/web-01}}", "spec.target.name", NoName)]
    [InlineData("{action: Wake, target: {name: ../web-01}}", "spec.target.name", NoName)]
    [InlineData("{action: Wake, target: {name: Web-01}}", "spec.target.name", NoName)]
    [InlineData("{action: Wake, target: {name: web-}}", "spec.target.name", NoName)]
    // What about it?
    [InlineData("{target: {name: a}}", "spec", "set action (such as Wake): it may be left out only by a capture agent, where a frame says what is meant")]
    [InlineData("{action: wake, target: {name: a}}", "spec.action", "Unsupported value: \"wake\": supported values: \"Wake\", \"Sleep\", \"Move\", \"Instantiate\", \"Destroy\"")]
    [InlineData("{action: Unknown, target: {name: a}}", "spec.action", "Unsupported value: \"Unknown\": supported values: \"Wake\", \"Sleep\", \"Move\", \"Instantiate\", \"Destroy\"")]
    // Until when?
    [InlineData("{action: Wake, target: {name: a}, deadlineSeconds: 4}", "spec.deadlineSeconds", "spec.deadlineSeconds in body should be greater than or equal to 5")]
    [InlineData("{action: Wake, target: {name: a}, deadlineSeconds: 86401}", "spec.deadlineSeconds", "spec.deadlineSeconds in body should be less than or equal to 86400")]
    [InlineData("{action: Wake, target: {name: a}, deadlineSeconds: soon}", "spec.deadlineSeconds", "spec.deadlineSeconds in body must be of type integer: \"string\"")]
    [InlineData("{action: Wake, target: {name: a}, ttlSecondsAfterFinished: -1}", "spec.ttlSecondsAfterFinished", "spec.ttlSecondsAfterFinished in body should be greater than or equal to 0")]
    [InlineData("{action: Wake, target: {name: a}, ttlSecondsAfterFinished: 2592001}", "spec.ttlSecondsAfterFinished", "spec.ttlSecondsAfterFinished in body should be less than or equal to 2592000")]
    // Heard where?
    [InlineData("{target: {name: a}, frame: {" + Heard + "}}", "spec", "a captured frame identifies a machine by its MAC address: set target.macAddress, not target.name")]
    [InlineData("{" + Mac + ", frame: {}}", "spec.frame.node", "Required value")]
    [InlineData("{" + Mac + ", frame: {}}", "spec.frame.capturedAt", "Required value")]
    [InlineData("{" + Mac + ", frame: {node: a, interface: a-name-of-16-chr, transport: UDPv4, capturedAt: '2026-11-22T12:00:00Z'}}", "spec.frame.interface", "Too long: may not be more than 15 bytes")]
    [InlineData("{" + Mac + ", frame: {node: a, interface: b, transport: Pigeon, capturedAt: '2026-11-22T12:00:00Z'}}", "spec.frame.transport", "Unsupported value: \"Pigeon\": supported values: \"Ethernet\", \"UDPv4\", \"UDPv6\"")]
    [InlineData("{" + Mac + ", frame: {node: a, interface: b, transport: UDPv4, capturedAt: noon}}", "spec.frame.capturedAt", "spec.frame.capturedAt in body must be of type date-time: \"noon\"")]
    [InlineData("{" + Mac + ", frame: {" + Heard + ", destinationPort: 0}}", "spec.frame.destinationPort", "spec.frame.destinationPort in body should be greater than or equal to 1")]
    [InlineData("{" + Mac + ", frame: {" + Heard + ", destinationPort: 65536}}", "spec.frame.destinationPort", "spec.frame.destinationPort in body should be less than or equal to 65535")]
    [InlineData("{" + Mac + ", frame: {" + Heard + ", vlans: [1, 2, 3, 4, 5, 6, 7, 8, 9]}}", "spec.frame.vlans", "Too many: 9: must have at most 8 items")]
    [InlineData("{" + Mac + ", frame: {" + Heard + ", vlans: [4096]}}", "spec.frame.vlans[0]", "spec.frame.vlans[0] in body should be less than or equal to 4095")]
    public async Task This_is_refused_and_says_where_and_why(string spec, string field, string words) =>
        AssertRefused(await CreateAsync(spec), field, words);

    [Theory]
    [InlineData("{action: Wake, target: {name: a}, urgency: high}", "unknown field \"spec.urgency\"")]
    [InlineData("{action: Wake, target: {name: a, mac: b}}", "unknown field \"spec.target.mac\"")]
    public async Task A_misspelt_field_is_refused_by_name(string spec, string words) =>
        Assert.Contains(words, Assert.Single(ApiCluster.Refusals(await CreateAsync(spec))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{action: Wake, target: {name: LONG}}", "spec.target.name", "Too long: may not be more than 253 bytes")]
    [InlineData("{" + Mac + ", frame: {node: LONG, interface: b, transport: UDPv4, capturedAt: '2026-11-22T12:00:00Z'}}", "spec.frame.node", "Too long: may not be more than 253 bytes")]
    public async Task What_is_too_long_is_refused(string spec, string field, string words) =>
        AssertRefused(await CreateAsync(spec.Replace("LONG", new string('a', 254), StringComparison.Ordinal)), field, words);

    [Fact]
    public async Task A_spec_gets_its_defaults_written_out()
    {
        var spec = (await CreateAsync("{action: Wake, target: {name: a}}")).GetProperty("spec");

        Assert.Equal((300, 3600), (spec.GetProperty("deadlineSeconds").GetInt32(), spec.GetProperty("ttlSecondsAfterFinished").GetInt32()));
    }

    [Theory]
    [InlineData("""{"spec": {"deadlineSeconds": 20}}""")]
    [InlineData("""{"spec": {"target": {"name": "other"}}}""")]
    [InlineData("""{"spec": {"frame": {"node": "a", "interface": "b", "transport": "UDPv4", "capturedAt": "2026-11-22T12:00:00Z"}, "target": {"name": null, "macAddress": "52:54:00:12:34:56"}}}""")]
    public async Task A_spec_cannot_be_changed(string patch)
    {
        await CreateAsync("{action: Wake, target: {name: a}}");

        AssertRefused(await cluster.PatchAsync("default", Name, patch), "spec", "spec cannot be changed: create another WakeRequest instead");
    }

    [Fact]
    public async Task Labels_and_annotations_can_be_changed()
    {
        await CreateAsync("{action: Wake, target: {name: a}}");

        Assert.Empty(ApiCluster.Refusals(await cluster.PatchAsync("default", Name, """{"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}}""")));
    }

    [Fact]
    public async Task Only_the_status_subresource_changes_the_status_and_it_changes_nothing_else()
    {
        await CreateAsync("{action: Wake, target: {name: a}}");

        var byMain = await cluster.PatchAsync("default", Name, """{"status": {"phase": "Succeeded"}}""");
        Assert.Empty(ApiCluster.Refusals(byMain));
        Assert.False(byMain.TryGetProperty("status", out _));

        var byStatus = await cluster.PatchAsync("default", Name, """{"spec": {"deadlineSeconds": 20}, "metadata": {"labels": {"a": "b"}}, "status": {"phase": "Succeeded"}}""", "/status");
        Assert.Empty(ApiCluster.Refusals(byStatus));
        Assert.Equal(
            (300, "Succeeded", 1),
            (byStatus.GetProperty("spec").GetProperty("deadlineSeconds").GetInt32(), byStatus.GetProperty("status").GetProperty("phase").GetString(), byStatus.GetProperty("metadata").GetProperty("generation").GetInt32()));
    }

    [Fact]
    public async Task A_newer_operator_may_report_words_that_this_CRD_does_not_know()
    {
        await CreateAsync("{action: Wake, target: {name: a}}");

        Assert.Empty(ApiCluster.Refusals(await cluster.PatchAsync("default", Name, """{"status": {"action": "Sleep", "phase": "Dreaming", "reason": "Tired", "operation": "Pause"}}""", "/status")));
    }

    [Theory]
    [InlineData("""{"message": "LONG"}""", "status.message", "Too long: may not be more than 1024 bytes")]
    [InlineData("""{"acceptedAt": "noon"}""", "status.acceptedAt", "acceptedAt in body must be of type date-time: \"noon\"")]
    [InlineData("""{"conditions": [{"type": "Completed"}]}""", "status.conditions[0].reason", "Required value")]
    [InlineData("""{"conditions": [ONE, ONE]}""", "status.conditions[1]", "Duplicate value: {\"type\":\"Completed\"}")]
    public async Task A_status_that_makes_no_sense_is_refused(string status, string field, string words)
    {
        await CreateAsync("{action: Wake, target: {name: a}}");
        status = status.Replace("LONG", new string('a', 1025), StringComparison.Ordinal)
            .Replace("ONE", """{"type": "Completed", "status": "True", "reason": "R", "message": "", "lastTransitionTime": "2026-11-22T12:00:00Z"}""", StringComparison.Ordinal);

        AssertRefused(await cluster.PatchAsync("default", Name, $"{{\"status\": {status}}}", "/status"), field, words);
    }

    private string Name { get; } = $"request-{Interlocked.Increment(ref s_names)}";

    private Task<JsonElement> CreateAsync(string spec) => cluster.CreateAsync("default", Name, spec);

    /// <summary>A cause names the field and ends in these words; the server may quote the value before them.</summary>
    private static void AssertRefused(JsonElement answer, string field, string words) => Assert.Contains(
        ApiCluster.Refusals(answer),
        refusal => refusal.StartsWith($"{field}: ", StringComparison.Ordinal) && refusal.EndsWith(words, StringComparison.Ordinal));
}
