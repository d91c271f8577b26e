using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.KubeVirt.Server;

namespace KubeWol.TestCluster.Tests.KubeVirt;

public sealed partial class CrdTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Ours, and those of KUBEWOL_KUBEVIRT_CRDS if it is set.</summary>
    public static TheoryData<string> CrdDirectories => Environment.GetEnvironmentVariable("KUBEWOL_KUBEVIRT_CRDS") is { Length: > 0 } genuine ? ["", genuine] : [""];

    [Theory]
    [MemberData(nameof(CrdDirectories))]
    public async Task The_CRDs_accept_and_refuse_what_the_genuine_ones_do(string directory)
    {
        await using var api = await ApiServer.StartAsync(Cancel);
        using var http = api.CreateAdminHttpClient();
        var manifests = directory.Length == 0
            ? Installation.Crds.Values.Select(Encoding.UTF8.GetString)
            : Directory.EnumerateFiles(directory, "*.yaml").Select(File.ReadAllText);
        await api.Kubectl.RunAsync(["apply", "--server-side", "-f", "-"], string.Join("\n---\n", manifests), Cancel);
        await Eventually.BecomesTrueAsync(
            "KubeVirt's kinds are served", async () => (await api.Kubectl.RunAsync(["get", "vm,vmi,vmim"], Cancel)).Succeeded, Cancel);
        foreach (var kind in new[] { "VM", "VMIM" }) Assert.Equal("accepted", await TryAsync(http, kind, Subject(kind, "base"), dryRun: false));

        var blocks = DataBlocks.Read("crds.txt").ToList();
        Assert.Equal(85, blocks.Count);
        foreach (var block in blocks)
        {
            var patch = JsonNode.Parse(block.Patch)!.AsObject();
            var actual = block.Kind.EndsWith(" status", StringComparison.Ordinal)
                ? await TryStatusAsync(http, block.Kind.Split(' ')[0], patch)
                : await TryAsync(http, block.Kind, MergePatch.Apply(Subject(block.Kind, "case"), patch), dryRun: true);
            Assert.Equal($"{block}: {block.Expected}", $"{block}: {actual}");
        }
    }

    private static Task<string> TryAsync(HttpClient http, string kind, JsonObject resource, bool dryRun) =>
        SendAsync(http, HttpMethod.Post, $"{Path(kind)}?fieldValidation=Strict{(dryRun ? "&dryRun=All" : "")}", resource, "application/json");

    private static Task<string> TryStatusAsync(HttpClient http, string kind, JsonObject patch) =>
        SendAsync(http, HttpMethod.Patch, $"{Path(kind)}/base/status?fieldValidation=Strict&dryRun=All", patch, "application/merge-patch+json");

    private static async Task<string> SendAsync(HttpClient http, HttpMethod method, string path, JsonObject body, string contentType)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse(contentType));
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        using var response = await http.SendAsync(request, Cancel);
        return await OutcomeAsync(response);
    }

    private static async Task<string> OutcomeAsync(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return "accepted";
        var status = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity });
        if (UnknownField().Match((string)status["message"]!) is { Success: true } unknown) return $"refused: {unknown.Value}";

        // Causes without a field only say that further rules were not looked at.
        var causes = status["details"]!["causes"]!.AsArray().Where(c => (string?)c!["field"] is { } field && field != "<nil>");
        return $"refused: {string.Join("; ", causes.Select(c => $"{c!["field"]}: {c["message"]}").Distinct().Order(StringComparer.Ordinal))}";
    }

    private static string Path(string kind) => "apis/kubevirt.io/v1/namespaces/default/" + kind switch
    {
        "VM" => "virtualmachines",
        "VMI" => "virtualmachineinstances",
        _ => "virtualmachineinstancemigrations",
    };

    private static JsonObject Subject(string kind, string name) => kind switch
    {
        "VM" => TestMachines.Vm(name, "runStrategy=Halted"),
        "VMI" => TestMachines.Vmi(name),
        _ => TestMachines.Migration(name, "base"),
    };

    [GeneratedRegex("""unknown field ".*""")]
    private static partial Regex UnknownField();
}
