using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Staging;

/// <summary>
/// Writes down every version of everything of ours and of KubeVirt's, straight from etcd: nothing that was stored is missed, whoever is killed, and its revisions put
/// all of it into one order. The gRPC gateway of etcd speaks JSON: bytes are base64, 64-bit numbers are strings.
/// </summary>
internal sealed class StoreRecorder : IAsyncDisposable
{
    // kubewol.io and kubevirt.io; "kubf" is the first that is neither. Objects that have a definition are stored as JSON.
    private const string From = "/registry/kube";
    private const string To = "/registry/kubf";
    private const string Mark = "/registry/kubewol-torture";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _etcd;
    private readonly CancellationTokenSource _over = new();
    private readonly List<StoredVersion> _versions = [];
    private readonly Lock _lock = new();
    private readonly StreamWriter _file;
    private readonly Task _reading;
    private long _read;

    public StoreRecorder(Uri etcd, string file)
    {
        _etcd = new() { BaseAddress = etcd, Timeout = Timeout.InfiniteTimeSpan };
        _file = new(file);
        _reading = ReadAsync();
    }

    /// <summary>All so far, in order.</summary>
    public IReadOnlyList<StoredVersion> Versions
    {
        get
        {
            lock (_lock) return [.. _versions];
        }
    }

    /// <summary>Waits until all that is stored now has been read; returns its revision.</summary>
    public async Task<long> CatchUpAsync(CancellationToken cancellationToken)
    {
        using var answer = await _etcd.PostAsJsonAsync("v3/kv/put", new { key = Encode(Mark), value = "" }, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var revision = Number((await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("header").GetProperty("revision"));
        while (Volatile.Read(ref _read) < revision) await Task.Delay(Pause, cancellationToken);
        return revision;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _reading;
        _over.Dispose();
        _etcd.Dispose();
        await _file.DisposeAsync();
    }

    private async Task ReadAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                await WatchAsync();
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // etcd is away: it goes on after the last revision once it is back.
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                return;
            }

            await Task.WhenAny(Task.Delay(Pause, _over.Token));
        }
    }

    private async Task WatchAsync()
    {
        var start = (Volatile.Read(ref _read) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, "v3/watch")
        {
            Content = JsonContent.Create(new { create_request = new { key = Encode(From), range_end = Encode(To), start_revision = start } }),
        };
        using var answer = await _etcd.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _over.Token);
        answer.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_over.Token));
        while (await lines.ReadLineAsync(_over.Token) is { } line)
        {
            using var message = JsonDocument.Parse(line);
            if (!message.RootElement.TryGetProperty("result", out var result) || !result.TryGetProperty("events", out var events)) continue;
            foreach (var change in events.EnumerateArray()) Write(change);
        }
    }

    private void Write(JsonElement change)
    {
        var kv = change.GetProperty("kv");
        var (revision, key) = (Number(kv.GetProperty("mod_revision")), Decode(kv.GetProperty("key")));
        // /registry/GROUP/RESOURCE/NAMESPACE/NAME
        if (key.Split('/') is [_, _, _, var resource, var ns, var name])
        {
            var value = kv.TryGetProperty("value", out var stored) ? stored.GetBytesFromBase64() : null;
            JsonElement? json = null;
            if (value is not null)
            {
                using var document = JsonDocument.Parse(value);
                json = document.RootElement.Clone();
            }

            lock (_lock) _versions.Add(new(revision, resource, ns, name, json));
            _file.WriteLine($"{revision} {TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {resource} {ns}/{name} {json?.GetRawText() ?? "deleted"}");
        }

        Volatile.Write(ref _read, revision);
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Decode(JsonElement text) => Encoding.UTF8.GetString(text.GetBytesFromBase64());

    private static long Number(JsonElement text) => long.Parse(text.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
