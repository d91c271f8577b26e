using System.Text.Json;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.EndToEnd;

/// <summary>The chart's rights are enough: nothing that agents and operators asked for was denied.</summary>
public sealed class RightsTests(Bed bed)
{
    [Fact]
    public async Task Nothing_was_denied_to_the_agents_and_operators()
    {
        Assert.SkipWhen(bed.Cluster.Server?.AuthorizationLog is null, "only our own API server keeps a log of its decisions");
        var machine = await bed.CreateMachineAsync("rightful");
        await bed.SendAsync("wakeonlan", machine.Mac!);
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);

        var decisions = (await File.ReadAllLinesAsync(bed.Cluster.Server!.AuthorizationLog!, TestContext.Current.CancellationToken))
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(d => d.GetProperty("user").GetString()!.StartsWith("system:serviceaccount:kubewol-system:", StringComparison.Ordinal))
            .ToList();
        Assert.Contains(decisions, d => d.GetProperty("subresource").GetString() == "start");
        Assert.DoesNotContain(decisions, d => !d.GetProperty("allowed").GetBoolean());
    }
}
