using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Tests.Journals;

public sealed class NodeLifeTests
{
    private static readonly NodeLife Node = new("node-a")
    {
        Listening = [(S(10), S(30)), (S(40), null)],
        Frozen = [(S(20), S(25)), (S(60), S(65))],
        Unplugged = [(S(50), S(55))],
    };

    [Theory]
    [InlineData(9, false, "nobody listens yet")]
    [InlineData(11, true, "")]
    [InlineData(22, true, "the kernel keeps it until the agent wakes up")]
    [InlineData(29.5, false, "killed before it was taken in")]
    [InlineData(35, false, "between two agents")]
    [InlineData(45, true, "")]
    [InlineData(49.5, false, "the cable may be out already")]
    [InlineData(52, false, "the cable is out")]
    [InlineData(55.5, false, "the cable may not be in yet")]
    [InlineData(57, true, "")]
    [InlineData(64, true, "frozen, and never killed")]
    public void A_node_hears_what_its_agent_lived_to_take_in(double at, bool heard, string because) => Assert.True(heard == Node.SurelyHears(S(at)), because);

    [Fact]
    public void What_an_agent_had_no_time_to_take_in_after_it_woke_up_is_not_surely_heard()
    {
        var killed = new NodeLife("node-a") { Listening = [(S(0), S(25.5))], Frozen = [(S(20), S(25))] };

        Assert.False(killed.SurelyHears(S(22)));
        Assert.True(killed.SurelyHears(S(18)));
    }

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
}
