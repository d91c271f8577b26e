using System.Text.Json;
using CsCheck;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Api.Tests.Json;

/// <summary>What objects look like on their way, and that they come back as they went.</summary>
public sealed class JsonTests
{
    private const string Full = """
        {
          "apiVersion": "kubewol.io/v1alpha1",
          "kind": "WakeRequest",
          "metadata": {
            "name": "wake",
            "namespace": "team-a",
            "uid": "6f1b6c1e",
            "resourceVersion": "42",
            "generation": 1,
            "creationTimestamp": "2026-11-22T12:00:00Z",
            "deletionTimestamp": "2026-11-22T13:00:00Z",
            "labels": { "l": "1" },
            "annotations": { "a": "2" },
            "ownerReferences": [{ "kind": "Thing", "name": "owner", "uid": "7", "controller": true }]
          },
          "spec": {
            "action": "Wake",
            "target": { "macAddress": "52:54:00:12:34:56", "name": "web-01" },
            "deadlineSeconds": 60,
            "ttlSecondsAfterFinished": 0,
            "frame": {
              "node": "node-a",
              "interface": "bond0",
              "transport": "UDPv4",
              "sourceMAC": "02:00:00:00:00:aa",
              "sourceIP": "192.0.2.7",
              "destinationPort": 9,
              "vlans": [10, 20],
              "capturedAt": "2026-11-22T11:59:59.880001Z"
            }
          },
          "status": {
            "action": "Wake",
            "phase": "Succeeded",
            "reason": "Started",
            "message": "team-a/web-01 was Stopped; it was started and is ready on node-b",
            "virtualMachine": { "namespace": "team-a", "name": "web-01", "uid": "u" },
            "operation": "Start",
            "observed": { "before": "Stopped", "after": "Running", "nodeBefore": "node-a", "nodeAfter": "node-b" },
            "acceptedAt": "2026-11-22T12:00:00.100000Z",
            "issuedAt": "2026-11-22T12:00:00.200000Z",
            "completedAt": "2026-11-22T12:00:02.000003Z",
            "conditions": [
              { "type": "Completed", "status": "True", "reason": "Started", "message": "ready", "observedGeneration": 1, "lastTransitionTime": "2026-11-22T12:00:02Z" }
            ]
          }
        }
        """;

    [Fact]
    public void A_request_with_everything_comes_back_as_it_went()
    {
        var request = Read<WakeRequest>(Full);

        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Full), JsonElement.Parse(Write(request))), Write(request));
        Assert.Equal((WakeAction.Wake, FrameTransport.UDPv4, WakePhase.Succeeded, WakeReason.Started, WakeOperation.Start),
            (request.Spec.Action, request.Spec.Frame!.Transport, request.Status!.Phase, request.Status.Reason, request.Status.Operation));
    }

    [Fact]
    public void What_is_not_set_is_not_written() => Assert.Equal(
        """{"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","metadata":{"name":"","generation":0},"spec":{"target":{"name":"web-01"}}}""",
        Write(new WakeRequest { Spec = new() { Target = new() { Name = "web-01" } } }));

    [Fact]
    public void Any_request_comes_back_as_it_went() =>
        AnyRequest.Sample(request => Assert.Equal(Write(request), Write(Read<WakeRequest>(Write(request)))));

    [Fact]
    public void Of_a_machine_only_the_sliver_that_is_read_is_kept()
    {
        var machine = Read<VirtualMachine>("""
            {
              "apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine",
              "metadata": {"name": "web-01", "namespace": "team-a", "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {}}}], "finalizers": ["kubevirt.io/virtualMachineControllerFinalize"]},
              "spec": {
                "runStrategy": "Manual", "dataVolumeTemplates": [{"spec": {"pvc": {}}}],
                "template": {"metadata": {"labels": {"a": "b"}}, "spec": {
                  "domain": {"cpu": {"cores": 4}, "devices": {"disks": [{"name": "root", "disk": {"bus": "virtio"}}],
                    "interfaces": [{"name": "default", "masquerade": {}, "macAddress": "02-AA-BB-CC-DD-EE"}, {"name": "second", "bridge": {}}]}},
                  "networks": [{"name": "default", "pod": {}}], "terminationGracePeriodSeconds": 30}}
              },
              "status": {
                "printableStatus": "Stopped", "ready": false, "created": true, "runStrategy": "Manual", "desiredGeneration": 2,
                "stateChangeRequests": [{"action": "Start"}, {"action": "Stop", "uid": "461f30ee"}],
                "conditions": [{"type": "Failure", "status": "True", "reason": "FailedCreate", "message": "quota", "lastProbeTime": null, "lastTransitionTime": "2026-11-22T12:00:00Z"}],
                "volumeSnapshotStatuses": [{"name": "root", "enabled": false}]
              }
            }
            """);

        Assert.Equal(
            """
            {"metadata":{"name":"web-01","namespace":"team-a","generation":0},
            "spec":{"runStrategy":"Manual","template":{"spec":{"domain":{"devices":{"interfaces":[{"macAddress":"02-AA-BB-CC-DD-EE"},{"name":"second"}]}}}}},
            "status":{"printableStatus":"Stopped","ready":false,"created":true,"stateChangeRequests":[{"action":"Start"},{"action":"Stop"}],
            "conditions":[{"type":"Failure","status":"True","reason":"FailedCreate","message":"quota"}]}}
            """.ReplaceLineEndings(""),
            Write(machine));
    }

    [Fact]
    public void Of_an_instance_only_the_sliver_that_is_read_is_kept() => Assert.Equal(
        """{"metadata":{"name":"web-01","namespace":"team-a","generation":0},"status":{"phase":"Running","nodeName":"node02","interfaces":[{"mac":"0a:58:0a:9f:d1:ff","name":"default"},{"mac":"02:42:ac:11:00:02"}]}}""",
        Write(Read<VirtualMachineInstance>("""
            {"metadata": {"name": "web-01", "namespace": "team-a"}, "spec": {"domain": {}},
             "status": {"phase": "Running", "nodeName": "node02", "qosClass": "Burstable", "interfaces": [
                {"name": "default", "mac": "0a:58:0a:9f:d1:ff", "ipAddress": "10.88.0.7", "queueCount": 1}, {"interfaceName": "docker0", "mac": "02:42:ac:11:00:02", "infoSource": "guest-agent"}]}}
            """)));

    [Fact]
    public void Of_the_annotations_of_machines_only_what_is_ours_and_Harvesters_is_kept()
    {
        const string Metadata = """
            {"metadata": {"name": "web-01", "labels": {"app": "web", "kubewol.io/template": "small"}, "ownerReferences": [{"kind": "Pool", "name": "p", "uid": "1"}],
             "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{…}", "kubewol.io/start-as": "Manual", "harvesterhci.io/mac-address": "{}"}}}
            """;

        Assert.Equal(
            """{"metadata":{"name":"web-01","generation":0,"labels":{"app":"web","kubewol.io/template":"small"},"annotations":{"kubewol.io/start-as":"Manual","harvesterhci.io/mac-address":"{}"}}}""",
            Write(Read<VirtualMachine>(Metadata)));
        Assert.Equal("""{"metadata":{"name":"web-01","generation":0}}""", Write(Read<VirtualMachineInstance>(Metadata)));
    }

    [Theory]
    [InlineData("{\"spec\": null, \"status\": null}")]
    [InlineData("{\"spec\": {\"running\": true, \"template\": null}}")]
    [InlineData("{\"spec\": {\"template\": {\"spec\": {\"domain\": {\"devices\": {\"interfaces\": null}}}}}, \"status\": {\"conditions\": null, \"stateChangeRequests\": null}}")]
    [InlineData("{}")]
    public void A_machine_may_lack_everything(string json) => Assert.NotNull(Read<VirtualMachine>(json));

    internal static T Read<T>(string json) => (T)JsonSerializer.Deserialize(json, ApiJson.Default.GetTypeInfo(typeof(T))!)!;

    internal static string Write<T>(T value) => JsonSerializer.Serialize(value, ApiJson.Default.GetTypeInfo(typeof(T))!);

    private static Gen<WakeRequest> AnyRequest =>
        from texts in Gen.String[0, 20].Null().Array[12]
        from numbers in Gen.Int.Nullable().Array[3]
        from micros in Gen.Long[0, 4_000_000_000_000_000].Nullable().Array[4]
        from words in Gen.Int[0, 3].Array[5]
        from vlans in Gen.Int[0, 4095].Array[0, 8]
        select new WakeRequest
        {
            Metadata = new()
            {
                Name = texts[0] ?? "",
                Namespace = texts[1],
                Labels = texts[2] is { } label ? new Dictionary<string, string> { ["label"] = label } : null,
            },
            Spec = new()
            {
                Action = words[0] == 0 ? null : WakeAction.Wake,
                Target = new() { MacAddress = texts[3], Name = texts[4] },
                DeadlineSeconds = numbers[0],
                TtlSecondsAfterFinished = numbers[1],
                Frame = texts[5] is null ? null : new()
                {
                    Node = texts[5],
                    Interface = texts[6],
                    Transport = (FrameTransport)words[1],
                    SourceIp = texts[7],
                    DestinationPort = numbers[2],
                    Vlans = vlans,
                    CapturedAt = Time(micros[0]),
                },
            },
            Status = words[2] == 0 ? null : new()
            {
                Phase = (WakePhase)words[3],
                Operation = (WakeOperation)words[4],
                Message = texts[8],
                VirtualMachine = new() { Name = texts[9] },
                Observed = new() { Before = texts[10], NodeAfter = texts[11] },
                AcceptedAt = Time(micros[1]),
                IssuedAt = Time(micros[2]),
                Conditions = Time(micros[3]) is { } time ? [new() { Type = "T", Status = (ConditionStatus)(words[4] % 3), LastTransitionTime = time }] : null,
            },
        };

    private static DateTimeOffset? Time(long? micros) => micros is { } m ? DateTimeOffset.UnixEpoch.AddMicroseconds(m) : null;
}
