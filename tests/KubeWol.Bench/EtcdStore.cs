using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace KubeWol.Bench;

/// <summary>
/// Puts objects straight into the API server's store: a hundred thousand machines in seconds, where the API would take minutes. The server finds them as it
/// finds what another replica has written.
/// </summary>
internal sealed class EtcdStore(Uri address) : IDisposable
{
    /// <summary>etcd takes 128 at the most.</summary>
    private const int Together = 100;

    private readonly HttpClient _http = new() { BaseAddress = address };

    /// <summary>One object as it is stored.</summary>
    public async Task<string> GetAsync(string key, CancellationToken cancellationToken)
    {
        var answer = await PostAsync("v3/kv/range", new { key = Encode(key) }, cancellationToken);
        return Encoding.UTF8.GetString(answer.GetProperty("kvs")[0].GetProperty("value").GetBytesFromBase64());
    }

    /// <summary>Writes objects, in no order.</summary>
    public Task PutAsync(IEnumerable<(string Key, string Value)> objects, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        objects.Chunk(Together),
        new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken },
        async (chunk, token) => await PostAsync("v3/kv/txn", new { success = chunk.Select(o => new { requestPut = new { key = Encode(o.Key), value = Encode(o.Value) } }) }, token));

    public void Dispose() => _http.Dispose();

    /// <summary>etcd's gateway takes bytes as base64.</summary>
    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }
}
