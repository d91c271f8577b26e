using KubeWol.Fuzz;

namespace KubeWol.Protocol.Tests;

public sealed class FuzzTests
{
    /// <summary>The same inputs every time; a failure's message holds its seed and its bytes. eng/fuzz.sh runs for longer.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Mutated_captures_and_frames_keep_every_promise(int seed) => FuzzLoop.Run(seed, inputs: 100_000);

    [Fact]
    public void The_captures_are_among_the_seeds() =>
        Assert.True(Seeds.All().Count() > Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "captures"), "*.pcap").Length);
}
