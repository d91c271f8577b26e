using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tools;

/// <summary>A headless Chromium with one tab, spoken to by its DevTools protocol. One call at a time.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StateDirectory _state;
    private readonly ChildProcess _process;
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _complaints = [];
    private int _calls;

    private Browser(StateDirectory state, ChildProcess process) => (_state, _process) = (state, process);

    /// <summary>What the browser did not like of the pages so far: errors, what their policy forbade, what could not be loaded.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Starts it; it keeps nothing and asks nobody but the pages it is sent to.</summary>
    public static async Task<Browser> StartAsync(CancellationToken cancellationToken)
    {
        var state = new StateDirectory();
        var spec = new ProcessSpec(
            "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--remote-debugging-port=0", $"--user-data-dir={state.File("profile")}", "about:blank")
        {
            Environment = new Dictionary<string, string?> { ["HOME"] = state.Path, ["XDG_CONFIG_HOME"] = state.Path, ["XDG_CACHE_HOME"] = state.Path },
        };
        var browser = new Browser(state, ChildProcess.Start(spec, state.File("chromium.log")));
        try
        {
            const string listening = "DevTools listening on ws://";
            var line = await browser._process.WaitForLineAsync(l => l.StartsWith(listening, StringComparison.Ordinal), Patience, cancellationToken);
            using var http = new HttpClient { BaseAddress = new Uri($"http://{line[listening.Length..].Split('/')[0]}") };
            string? tab = null;
            await Eventually.BecomesTrueAsync(
                "the browser has a tab",
                async () => (tab = (string?)JsonNode.Parse(await http.GetStringAsync("/json/list", cancellationToken))!.AsArray().FirstOrDefault(t => (string?)t!["type"] == "page")?["webSocketDebuggerUrl"]) is not null,
                cancellationToken);
            await browser._socket.ConnectAsync(new Uri(tab!), cancellationToken);
            foreach (var part in (string[])["Page", "Log", "Runtime", "Network"]) await browser.CallAsync($"{part}.enable", [], cancellationToken);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>A screen of this width in CSS pixels, light or dark, with or without JavaScript; from the next page on.</summary>
    public async Task LooksAsync(int width, bool dark, bool scripts, CancellationToken cancellationToken)
    {
        await CallAsync("Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 }, cancellationToken);
        await CallAsync("Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" }) }, cancellationToken);
        await CallAsync("Emulation.setScriptExecutionDisabled", new() { ["value"] = !scripts }, cancellationToken);
    }

    /// <summary>Opens a page and waits until it is there as a whole.</summary>
    public async Task OpenAsync(Uri page, CancellationToken cancellationToken)
    {
        var answer = await CallAsync("Page.navigate", new() { ["url"] = page.ToString() }, cancellationToken);
        if (answer["errorText"] is { } error) throw _process.Failure($"cannot open {page}: {error}");
        await Eventually.BecomesTrueAsync($"{page} is there", async () => await EvaluateAsync("location.href + document.readyState", cancellationToken) == $"{page}complete", cancellationToken);
    }

    /// <summary>What an expression says of the page, as text.</summary>
    public async Task<string> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        var answer = await CallAsync("Runtime.evaluate", new() { ["expression"] = $"String({expression})", ["returnByValue"] = true }, cancellationToken);
        return (string?)answer["result"]?["value"] ?? throw _process.Failure($"cannot say {expression}: {answer.ToJsonString()}");
    }

    /// <summary>Paints the page, all of it, into a PNG file.</summary>
    public async Task PaintAsync(string file, CancellationToken cancellationToken)
    {
        var answer = await CallAsync("Page.captureScreenshot", new() { ["format"] = "png", ["captureBeyondViewport"] = true }, cancellationToken);
        await File.WriteAllBytesAsync(file, Convert.FromBase64String((string)answer["data"]!), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _process.DisposeAsync();
        _state.Dispose();
    }

    private async Task<JsonObject> CallAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        var id = ++_calls;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters }.ToJsonString()), WebSocketMessageType.Text, true, limit.Token);
        while (true)
        {
            var message = await ReceiveAsync(limit.Token);
            if ((int?)message["id"] == id)
            {
                return message["result"]?.AsObject() ?? throw _process.Failure($"refuses {method}: {message["error"]?.ToJsonString()}");
            }

            Hear((string?)message["method"], message["params"]);
        }
    }

    private void Hear(string? what, JsonNode? said)
    {
        var complaint = what switch
        {
            "Log.entryAdded" when (string?)said!["entry"]!["level"] is "error" or "warning" => (string?)said["entry"]!["text"],
            "Runtime.exceptionThrown" => said!.ToJsonString(),
            "Network.loadingFailed" => (string?)said!["errorText"],
            _ => null,
        };
        if (complaint is not null) _complaints.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: {complaint}"));
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close) throw _process.Failure("has hung up");
            whole.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return JsonNode.Parse(whole.ToArray())!;
        }
    }
}
