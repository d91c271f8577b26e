using System.Globalization;
using System.Net;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Tools;

namespace KubeWol.EndToEnd;

/// <summary>The status page of the real operator, after real frames, in a real browser. What it looked like is in artifacts/page.</summary>
public sealed class PageTests(Bed bed) : IAsyncLifetime
{
    private const int AgentPort = 9842;
    private const string Space = "office";

    private const string Policies = """
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: servers, namespace: office}
        spec: {selector: {matchExpressions: [{key: role, operator: In, values: [web, nas]}]}, verbs: [Wake], proof: None}
        ---
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: vaults, namespace: office}
        spec: {selector: {matchLabels: {role: vault}}, verbs: [Wake], proof: SecureOn, secureOn: {passwordKeys: [vault]}}
        ---
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: laptops, namespace: office}
        spec: {selector: {matchLabels: {role: laptop}}, verbs: [Wake], proof: None}
        """;

    private readonly List<IAsyncDisposable> _parts = [];
    private Browser _browser = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Pictures => Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "page")).FullName;

    public async ValueTask InitializeAsync()
    {
        bed.NeedsStandIn(); // the operator runs on this machine, and so does the browser
        foreach (var node in bed.Network.Nodes) await GiveAddressAsync(node);
        _parts.Add(_browser = await Browser.StartAsync(Cancel));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
    }

    [Fact]
    public async Task After_real_frames_the_page_shows_machines_requests_agents_and_policies_and_can_be_read_on_every_screen()
    {
        await bed.Cluster.Kubectl.OutputAsync(["create", "namespace", Space], Cancel);
        await bed.Cluster.Kubectl.ApplyAsync(Policies, Cancel);
        var machines = new Dictionary<string, MachineManifest>();
        foreach (var name in (string[])["build-01", "desktop-01", "nas-01", "vault-01", "web-01"])
        {
            machines[name] = await bed.CreateMachineAsync(
                new MachineManifest(Space, name) { Mac = Bed.NextAddress().ToString(), Labels = new Dictionary<string, string> { ["role"] = name.Split('-')[0] } }, "Stopped");
        }

        await bed.AgentsKnowAsync([.. machines.Values]);
        await SendAsync(WakeReason.Started, "web-01", "wakeonlan", "MAC");
        await SendAsync(WakeReason.Started, "nas-01", "etherwake", "-b", "-i", "eth0", "MAC");
        await SendAsync(WakeReason.Started, "desktop-01", "wakeonlan", "-i", AddressOf(bed.Network.Node("node-b")), "MAC"); // to a node's own address, as routers pass it on
        await SendAsync(WakeReason.ProofMissing, "vault-01", "wakeonlan", "MAC");
        await bed.SendAsync("wakeonlan", "-p", $"{Bed.WirePorts[WakeAction.Sleep]}", machines["desktop-01"].Mac!);
        await bed.WaitForAsync(machines["desktop-01"], "Paused");
        await bed.FinishedRequestsForAsync(machines["desktop-01"].Mac!);
        await Eventually.BecomesTrueAsync("the useless policies are found out", async () => await PageAsync(bed.Operators[0]) is var page
            && page.Contains("SelectsNothing", StringComparison.Ordinal) && page.Contains("PasswordMissing", StringComparison.Ordinal), Cancel);

        foreach (var (name, width, dark) in ((string, int, bool)[])[("light", 1280, false), ("dark", 1280, true), ("narrow", 390, true)])
        {
            await _browser.LooksAsync(width, dark, scripts: false, Cancel);
            await OpenAsync(bed.Operators[0], $"?find={Space}");
            await _browser.PaintAsync(Path.Combine(Pictures, $"{name}.png"), Cancel);
            Assert.True(await NumberAsync("document.documentElement.scrollWidth") <= width, $"{name}: wider than the screen");
            Assert.Equal(dark, await NumberAsync("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]") < 128);
        }

        var text = await _browser.EvaluateAsync("document.body.innerText", Cancel);
        foreach (var machine in machines.Values)
        {
            Assert.Contains($"{Space}/{machine.Name}", text, StringComparison.Ordinal);
            Assert.Contains(machine.Mac!, text, StringComparison.Ordinal);
        }

        foreach (var word in (string[])["Paused", "ProofMissing", "what servers says", $"{Space}/laptops", "PasswordMissing", "3 of 3"]) Assert.Contains(word, text, StringComparison.Ordinal);
        Assert.DoesNotContain("did not answer", text, StringComparison.Ordinal);
        Assert.True(await NumberAsync("document.querySelectorAll('rect.a').length") >= 3, "no journeys");
        // Every agent has heard a frame, and each row says at which interface.
        Assert.Equal(3, await NumberAsync("[...document.querySelectorAll('td[data-l=Interfaces]')].filter(c => /^eth0 [1-9][0-9,]* frames, [0-9,]+ lost$/m.test(c.innerText)).length"));
        Assert.Empty(_browser.Complaints);

        // It finds without a script, and both replicas say the same of what there is.
        await OpenAsync(bed.Operators[1], $"?find={Uri.EscapeDataString(machines["desktop-01"].Mac!)}");
        Assert.Equal(1, await NumberAsync("document.querySelectorAll('td[data-l=Machine]').length"));
        var leads = (await Task.WhenAll(bed.Operators.Select(PageAsync))).Count(page => page.Contains("this operator leads", StringComparison.Ordinal));
        Assert.Equal(1, leads);

        async Task SendAsync(WakeReason reason, string name, params string[] command)
        {
            await bed.SendAsync([.. command.Select(word => word == "MAC" ? machines[name].Mac! : word)]);
            Assert.Equal(reason, (await bed.FinishedRequestForAsync(machines[name].Mac!)).Status!.Reason);
        }
    }

    [Fact]
    public async Task A_web_site_that_takes_this_machines_name_is_not_shown_the_page()
    {
        using var http = new HttpClient { BaseAddress = bed.Operators[0].Address };
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/status") { Headers = { Host = "evil.example" } };
        using var answer = await http.SendAsync(asked, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.DoesNotContain(bed.Namespace, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static Task<string> PageAsync(RunningProgram program) => program.ReadAsync("/status", Cancel);

    private Task OpenAsync(RunningProgram program, string query) => _browser.OpenAsync(new(program.Address, $"/status{query}"), Cancel);

    private async Task<double> NumberAsync(string expression) => double.Parse(await _browser.EvaluateAsync(expression, Cancel), CultureInfo.InvariantCulture);

    private static string AddressOf(NetworkHost node) => $"10.77.0.{node.Number}";

    /// <summary>What a kubelet would say: where the agent's pod is. Operators are in this machine's own network, so an address of its loopback leads to the node.</summary>
    private async Task GiveAddressAsync(NetworkHost node)
    {
        var address = new IPAddress([127, (byte)(Environment.ProcessId >> 8), (byte)Environment.ProcessId, (byte)(10 + node.Number)]);
        _parts.Add(NamespacePortForward.StartInto(node.Namespace, new(address, AgentPort), AgentPort));
        var status = $$"""{"status":{"podIP":"{{address}}","podIPs":[{"ip":"{{address}}"}],"hostIP":"{{address}}","hostIPs":[{"ip":"{{address}}"}] } }""";
        await bed.Cluster.Kubectl.OutputAsync(["patch", "pod", $"kubewol-agent-{node.Name}", "-n", Installation.Namespace, "--subresource=status", "--type=merge", "-p", status], Cancel);
    }
}
