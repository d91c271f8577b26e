using System.Text.Json;

namespace KubeWol.Bench.Wakes;

/// <summary>A call as the API server's audit log has it.</summary>
/// <param name="User">Who called.</param>
/// <param name="Verb">create, get, update, patch, list, watch, delete.</param>
/// <param name="Resource">The resource, with its subresource if there is one: virtualmachines/start.</param>
/// <param name="Name">The object; empty for a create.</param>
/// <param name="Code">The answer's HTTP status.</param>
/// <param name="Received">When the call came in.</param>
/// <param name="Answered">When it was answered.</param>
internal sealed record ApiCall(string User, string Verb, string Resource, string Name, int Code, DateTimeOffset Received, DateTimeOffset Answered)
{
    private const string Accounts = "system:serviceaccount:kubewol-system:kubewol-";

    public bool IsAgent => User == Accounts + "agent";

    /// <summary>Whether agent or operator made it, for a wake and not for being there: no watch, no lease.</summary>
    public bool IsWork => User.StartsWith(Accounts, StringComparison.Ordinal) && Verb != "watch" && !Resource.StartsWith("leases", StringComparison.Ordinal);

    public bool IsStart => Resource == "virtualmachines/start" && Code is 200 or 202;

    public bool IsRequestMade => Verb == "create" && Resource == "wakerequests" && Code == 201;

    /// <summary>All finished calls of a log; its last line may still be being written.</summary>
    public static async Task<IReadOnlyList<ApiCall>> ReadAsync(string log, CancellationToken cancellationToken)
    {
        var calls = new List<ApiCall>();
        await foreach (var line in File.ReadLinesAsync(log, cancellationToken))
        {
            if (!line.EndsWith('}')) continue;
            using var json = JsonDocument.Parse(line);
            var call = json.RootElement;
            if (call.GetProperty("stage").GetString() != "ResponseComplete" || !call.TryGetProperty("objectRef", out var target)) continue;
            var resource = Text(target, "resource") + (Text(target, "subresource") is { Length: > 0 } sub ? $"/{sub}" : "");
            calls.Add(new(
                call.GetProperty("user").GetProperty("username").GetString()!, call.GetProperty("verb").GetString()!, resource, Text(target, "name"),
                call.GetProperty("responseStatus").GetProperty("code").GetInt32(), Time(call, "requestReceivedTimestamp"), Time(call, "stageTimestamp")));
        }

        return calls;

        static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString()! : "";

        static DateTimeOffset Time(JsonElement json, string name) => json.GetProperty(name).GetDateTimeOffset();
    }
}
