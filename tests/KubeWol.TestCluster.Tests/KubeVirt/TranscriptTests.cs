namespace KubeWol.TestCluster.Tests.KubeVirt;

public sealed class TranscriptTests
{
    [Theory]
    [InlineData("Transcripts.matrix.txt")]
    [InlineData("Transcripts.burst.txt")]
    [InlineData("Transcripts.migration.txt")]
    [InlineData("Transcripts.misc.txt")]
    public async Task The_rules_replay_what_the_genuine_control_plane_did(string transcript) =>
        await new TranscriptReplay(new Simulation(TranscriptReplay.IsTimed(transcript))).RunAsync(transcript);

    [Theory]
    [InlineData("Transcripts.matrix.txt")]
    [InlineData("Transcripts.migration.txt")]
    [InlineData("Transcripts.misc.txt")]
    public async Task The_stand_in_on_a_real_API_server_replays_what_the_genuine_control_plane_did(string transcript)
    {
        await using var cluster = await KubeVirtCluster.StartAsync();
        await new TranscriptReplay(new HttpBed(cluster.Http)).RunAsync(transcript);
    }
}
