using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.TestCluster;
using KubeWol.Torture.Checking;
using KubeWol.Torture.Planning;
using KubeWol.Torture.Staging;

namespace KubeWol.Torture.Running;

/// <summary>After all, in peace: every machine can still be woken, and then has the run strategy that its owner gave it.</summary>
internal static class FinalWakes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Violation>> JudgeAsync(Stage stage, CancellationToken cancellationToken)
    {
        var violations = new List<Violation>();
        await Task.WhenAll(Cast.Members.Where(m => !m.IsMade).Select(async member =>
        {
            var request = new WakeRequest { Metadata = new() { Namespace = Stage.Team, Name = $"final-{member.Name}" }, Spec = new() { Action = WakeAction.Wake, Target = new() { Name = member.Name } } };
            await stage.Cluster.Client.CreateAsync(WakeRequest.Type, request, cancellationToken);
            try
            {
                await Eventually.BecomesTrueAsync("it is finished", Patience, async () => (request = (await stage.Cluster.Client.GetAsync(WakeRequest.Type, ResourceKey.Of(request), cancellationToken))!).IsFinished(), cancellationToken);
            }
            catch (TestClusterException)
            {
                // Said below.
            }

            var machine = await stage.Cluster.MachineAsync(new(Stage.Team, member.Name), cancellationToken);
            lock (violations)
            {
                if (request.Status?.Phase != WakePhase.Succeeded) violations.Add(new(Breach.Unfinished, $"{member.Name} cannot be woken in peace: {request.Status?.Phase} {request.Status?.Reason}: {request.Status?.Message}"));
                if (machine?.Spec?.RunStrategy != member.Woken) violations.Add(new(Breach.RunStrategy, $"{member.Name} was woken in peace, is {machine?.Spec?.RunStrategy} and was {member.Strategy}"));
            }
        }));
        return violations;
    }
}
