using KubeWol.Agent.Index;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Api.Index;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Index;

/// <summary>ConfigMaps as they come and go.</summary>
public sealed class IndexReaderTests
{
    private static readonly MacAddress Target = Some.Target;
    private static readonly int Shard = AddressShards.Of(Target.Bits);

    private readonly MetricsPage _page = new();
    private readonly Published _published;

    public IndexReaderTests() => _published = new(_page, Some.Options, TimeProvider.System);

    [Fact]
    public async Task All_is_known_once_every_shard_and_the_templates_claims_were_read()
    {
        for (var shard = 0; shard < AddressShards.Count; shard++) await _published.ShardAsync(shard, Target);
        Assert.False(_published.Known.IsComplete);
        Assert.Equal((0, 1), (await _page.ValueAsync("kubewol_agent_index_known"), await _page.ValueAsync("kubewol_agent_index_addresses")));

        await _published.ClaimedAsync("525400ab0000-525400abffff");
        await _published.ClaimedAsync("525400ab0000-525400abfffe");
        Assert.True(_published.Known.IsComplete);
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_index_known"));
        Assert.Equal([(LogLevel.Information, 114, "Listening for the addresses of 1 machines' interfaces, and for 1 ranges that templates claim")], _published.Log.Lines);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("empty")]
    [InlineData("damaged")]
    [InlineData("another shard's")]
    public async Task What_was_known_stays_known_when_a_ConfigMap_is(string state)
    {
        await _published.AllAsync(Target);
        await (state switch
        {
            "deleted" => _published.DeleteAsync(AddressShards.Names[Shard]),
            "empty" => _published.OctetsAsync(Shard, null),
            "damaged" => _published.OctetsAsync(Shard, AddressShard.Encode(Shard, [])[..^1]),
            _ => _published.OctetsAsync(Shard, AddressShard.Encode(Shard + 1, [])),
        });

        Assert.Equal(AddressVerdict.Known, _published.Known.Judge(Target));
        Assert.Equal(state == "deleted" ? 0 : 1, _published.Log.Count(115));

        await _published.ShardAsync(Shard); // the operator puts it right; the machine is gone meanwhile
        Assert.Equal(AddressVerdict.Unknown, _published.Known.Judge(Target));
    }

    [Theory]
    [InlineData("525400ab0000-525400abffff, 525400cd0000-525400cdffff")]
    [InlineData("all of them")]
    public async Task Claims_that_cannot_be_read_say_nothing(string text)
    {
        await _published.AllAsync();
        await _published.ClaimedAsync("525400120000-52540012ffff");
        await _published.ClaimedAsync(text);
        Assert.Equal(AddressVerdict.Known, _published.Known.Judge(Target));

        await _published.DeleteAsync("kubewol-agents");
        Assert.Equal(AddressVerdict.Known, _published.Known.Judge(Target));
    }
}
