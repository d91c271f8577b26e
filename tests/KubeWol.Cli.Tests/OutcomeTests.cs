using KubeWol.Api.V1Alpha1;
using KubeWol.Cli.Asking;
using KubeWol.Cli.Output;
using KubeWol.Protocol;

namespace KubeWol.Cli.Tests;

public sealed class OutcomeTests
{
    public static TheoryData<WakeReason> Reasons => [.. Enum.GetValues<WakeReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task A_failure_is_told_with_its_reason_and_never_ends_with_0(WakeReason reason)
    {
        using var error = new StringWriter();
        using var output = new StringWriter();
        var code = await TellAsync(WakePhase.Failed, reason, output, error);
        Assert.NotEqual(ExitCode.Done, code);
        Assert.StartsWith($"error: {reason}: why\n", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
    }

    [Fact]
    public async Task A_success_is_told_on_the_output()
    {
        using var error = new StringWriter();
        using var output = new StringWriter();
        Assert.Equal(ExitCode.Done, await TellAsync(WakePhase.Succeeded, WakeReason.Started, output, error));
        Assert.Equal(("✔ Started after 1.5 s: why\n", ""), (output.ToString(), error.ToString()));
    }

    [Theory]
    [InlineData("52:54:00:12:34:56", "52:54:00:12:34:56", null, null)]
    [InlineData("52-54-00-12-34-56", "52:54:00:12:34:56", null, null)]
    [InlineData("web-01", null, "web-01", null)]
    [InlineData("vm/525400123456", null, "525400123456", null)]
    [InlineData("virtualmachine/web-01", null, "web-01", null)]
    [InlineData("team-a/web-01", null, "web-01", "team-a")]
    public void A_machine_is_written_in_many_ways(string text, string? mac, string? name, string? ns)
    {
        var target = Target.Parse(text);
        Assert.Equal((mac is null ? (MacAddress?)null : MacAddress.Parse(mac), name, ns), (target.Mac, target.Name, target.Namespace));
    }

    private static Task<ExitCode> TellAsync(WakePhase phase, WakeReason reason, TextWriter output, TextWriter error) => Outcome.TellAsync(
        new WakeRequest { Metadata = new() { Namespace = "team-a", Name = "x" }, Status = new() { Phase = phase, Reason = reason, Message = "why" } },
        Target.Parse("52:54:00:12:34:56"), TimeSpan.FromSeconds(1.5), new Terminal { Out = output, Error = error }, output);
}
