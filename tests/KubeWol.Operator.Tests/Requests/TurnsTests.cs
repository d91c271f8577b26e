using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>What the table tests of whole requests do not reach: requests that begin before there is a machine to take turns for.</summary>
public sealed class TurnsTests
{
    [Fact]
    public void Who_has_begun_does_not_wait_for_one_that_was_asked_for_earlier()
    {
        // Both called an address that nobody had; the later one was quicker to create the machine.
        var (earlier, later) = (Rival("earlier", 1, begun: false), Rival("later", 2, begun: true));
        Assert.Equal(Turn.Mine, Turns.Of(later, [earlier]).Turn);
        Assert.Equal((Turn.Others, later), Turns.Of(earlier, [later]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_never_wait_for_each_other(bool begun)
    {
        var (earlier, later) = (Rival("earlier", 1, begun), Rival("later", 2, begun));
        Assert.Equal(Turn.Mine, Turns.Of(earlier, [later]).Turn);
        Assert.Equal((Turn.Others, earlier), Turns.Of(later, [earlier]));
    }

    private static Rival Rival(string name, long sequence, bool begun) => new(
        Some.Request($"team-a/{name}") with { Status = new() { Sequence = sequence, Operation = begun ? WakeOperation.Create : WakeOperation.None } }, WakeAction.Wake);
}
