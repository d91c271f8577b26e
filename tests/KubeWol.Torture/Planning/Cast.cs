using KubeWol.Protocol;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.Torture.Planning;

/// <summary>Who plays: machines of every run strategy, quick and slow ones, and addresses that templates claim.</summary>
internal static class Cast
{
    /// <summary>Of the addresses that the template <c>claimed</c> makes machines for.</summary>
    public const string ClaimedPrefix = "52:54:00:c1";

    /// <summary>Of the addresses for which machines are cloned.</summary>
    public const string ClonedPrefix = "52:54:00:c2";

    /// <summary>Of addresses that nobody has.</summary>
    public static readonly MacAddress Nobody = new(0x5254_00ff_0000);

    private static readonly string[] Strategies = ["Halted", "Always", "Manual", "RerunOnFailure", "Once"];

    public static IReadOnlyList<Member> Members { get; } = [.. Make()];

    private static IEnumerable<Member> Make()
    {
        var next = 0x5254_00c0_0001ul;
        foreach (var group in new[] { Group.Plain, Group.Stopping })
        {
            foreach (var strategy in Strategies)
            {
                yield return Machine("quick", group, strategy);
                yield return Machine("slow", group, strategy, (StandInAnnotations.BootSeconds, "1"), (StandInAnnotations.ShutdownSeconds, "1"), (StandInAnnotations.MigrationSeconds, "2"));
            }
        }

        yield return Machine("start-as", Group.Stopping, "Halted", ("kubewol.io/start-as", "Manual")) with { Woken = "Manual" };
        foreach (var strategy in new[] { "Always", "Manual", "Halted" }) yield return Machine("quick", Group.Secret, strategy);
        for (var i = 1; i <= 4; i++) yield return new($"claimed-{i}", MacAddress.Parse($"{ClaimedPrefix}:00:0{i}"), Group.Claimed, "Manual", "Manual");
        for (var i = 1; i <= 2; i++) yield return new($"cloned-{i}", MacAddress.Parse($"{ClonedPrefix}:00:0{i}"), Group.Cloned, "Halted", "Always"); // KubeVirt's clones are Halted, whatever their source is

        Member Machine(string pace, Group group, string strategy, params (string Name, string Value)[] annotations) => new($"{group}-{strategy}-{pace}".ToLowerInvariant(), new(next++), group, strategy, strategy == "Halted" ? "Always" : strategy)
        {
            Annotations = annotations.ToDictionary(a => a.Name, a => a.Value),
        };
    }
}
