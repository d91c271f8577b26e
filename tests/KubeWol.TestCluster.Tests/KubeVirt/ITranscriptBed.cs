using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>Where a transcript is replayed: the pure rules alone, or the stand-in behind a real API server.</summary>
internal interface ITranscriptBed
{
    Task CreateAsync(JsonObject resource);

    /// <summary>Creates a migration; returns what the API server says where it is denied.</summary>
    Task<string?> CreateMigrationAsync(JsonObject migration);

    Task PatchAsync(string kind, string name, JsonObject mergePatch);

    Task DeleteAsync(string kind, string name);

    /// <summary>PUTs a verb and returns the status code, and behind it the reason and message of a failure.</summary>
    Task<string> PutAsync(string resource, string name, string verb, string body);

    Task<VirtualMachine?> VmAsync(string name);

    Task<VirtualMachineInstance?> VmiAsync(string name);

    Task<Migration?> MigrationAsync(string name);

    Task<IReadOnlyList<Migration>> MigrationsOfAsync(string vmi);

    Task PassAsync(TimeSpan time);

    /// <summary>Waits until <paramref name="actual"/> is <paramref name="expected"/>; fails if that does not come to be.</summary>
    Task ExpectAsync(string expected, Func<Task<string>> actual);
}
