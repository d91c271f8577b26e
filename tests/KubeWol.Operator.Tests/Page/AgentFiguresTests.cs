using KubeWol.Operator.Page;

namespace KubeWol.Operator.Tests.Page;

/// <summary>What is read of an agent's metrics, whoever wrote them.</summary>
public sealed class AgentFiguresTests
{
    private const string Told = "kubewol_agent_index_addresses 7\nkubewol_agent_index_known 1\n";

    [Fact]
    public void An_agents_own_page_is_understood()
    {
        var figures = AgentFigures.Parse("""
            # HELP kubewol_agent_capture_frames_total Frames.
            # TYPE kubewol_agent_capture_frames_total counter
            kubewol_agent_capture_frames_total{interface="eth0"} 42
            kubewol_agent_capture_frames_total{interface="bond0"} 1e+06
            kubewol_agent_capture_dropped_total{interface="eth0",place="buffer"} 2
            kubewol_agent_capture_dropped_total{interface="eth0",place="interface"} 3
            kubewol_agent_interfaces 2
            kubewol_agent_index_addresses 7
            kubewol_agent_index_known 1
            kubewol_agent_pending_messages 5
            kubewol_agent_frames_total{result="Accepted"} 9

            """)!;

        Assert.Equal((2d, 7d, true, 5d), (figures.Listening, figures.Addresses, figures.IsIndexKnown, figures.Waiting));
        Assert.Equal([new("bond0", 1_000_000, 0), new("eth0", 42, 5)], figures.Nics);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>not found</body></html>")]
    [InlineData("up 1\n")]
    [InlineData("kubewol_agent_index_addresses NaN\n")]
    [InlineData("kubewol_agent_index_addresses many\n")]
    public void What_is_no_agents_page_has_no_figures(string page) => Assert.Null(AgentFigures.Parse(page));

    [Theory]
    [InlineData("kubewol_agent_capture_frames_total{interface=\"eth0\"} NaN")]
    [InlineData("kubewol_agent_capture_frames_total{interface=\"eth0\"} +Inf")]
    [InlineData("kubewol_agent_capture_frames_total{interface=\"\"} 1")]
    [InlineData("kubewol_agent_capture_frames_total{interface=\"a-name-no-kernel-has\"} 1")]
    [InlineData("kubewol_agent_capture_frames_total{interface=\"eth0\"}")]
    [InlineData(" ")]
    public void A_line_that_makes_no_sense_counts_nothing(string line) => Assert.Empty(AgentFigures.Parse($"{Told}{line}\n")!.Nics);

    [Fact]
    public void No_more_interfaces_are_taken_than_an_agent_names()
    {
        var many = string.Concat(Enumerable.Range(0, 1000).Select(i => $"kubewol_agent_capture_frames_total{{interface=\"eth{i}\"}} 1\n"));

        Assert.Equal(AgentFigures.MostNics, AgentFigures.Parse(Told + many)!.Nics.Count);
    }
}
