namespace KubeWol.Torture.Running;

/// <summary>What the API server says it answered.</summary>
internal static class Audit
{
    private static readonly string[] Post = ["\"verb\":\"create\"", ":kubewol-agent\"", "\"resource\":\"wakerequests\""];

    /// <summary>
    /// How often agents asked it to make a request: every such call costs it a write, or the work of refusing one. By words and not as JSON: a server that is killed
    /// leaves half a line, and the next one goes on in it.
    /// </summary>
    public static async Task<int> CountPostsAsync(string file, CancellationToken cancellationToken) =>
        await File.ReadLinesAsync(file, cancellationToken).CountAsync(line => Post.All(word => line.Contains(word, StringComparison.Ordinal)), cancellationToken);
}
