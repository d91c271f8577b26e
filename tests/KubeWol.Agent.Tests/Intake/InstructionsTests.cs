using KubeWol.Agent.Tests.Fakes;
using KubeWol.Proofs.SecureOn;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Intake;

public sealed class InstructionsTests
{
    private readonly Told _told = new();

    [Fact]
    public void The_key_is_the_one_that_is_published_now()
    {
        using var one = OpeningKey.Create();
        using var two = OpeningKey.Create();
        Assert.Null(_told.Instructions.SealingKey);
        foreach (var key in (OpeningKey[])[one, two, one])
        {
            _told.Say(key.PublicText);
            Assert.Equal(key.Id, _told.Instructions.SealingKey!.Id);
        }

        Assert.Same(_told.Instructions.SealingKey, _told.Instructions.SealingKey);
        _told.Unsay();
        Assert.Equal(one.Id, _told.Instructions.SealingKey!.Id);
    }

    [Fact]
    public void Until_a_key_is_published_that_of_an_earlier_life_counts()
    {
        using var earlier = OpeningKey.Create();
        using var now = OpeningKey.Create();
        var told = new Told(isKnown: false);
        told.Instructions.Recall(earlier.PublicText);
        told.Instructions.Recall("damaged");
        Assert.Equal((earlier.Id, false), (told.Instructions.SealingKey?.Id, told.Instructions.AreKnown));
        told.Say(now.PublicText);
        Assert.Equal((now.Id, true), (told.Instructions.SealingKey?.Id, told.Instructions.AreKnown));
        told.Instructions.Recall(earlier.PublicText); // the disk was slow
        Assert.Equal(now.Id, told.Instructions.SealingKey?.Id);
        Assert.Empty(told.Log.Lines);
    }

    [Fact]
    public void A_key_that_is_none_is_said_once_for_each_time_it_is_published()
    {
        foreach (var _ in (int[])[1, 2])
        {
            _told.Say("nonsense");
            Assert.Null(_told.Instructions.SealingKey);
            Assert.Null(_told.Instructions.SealingKey);
        }

        Assert.Equal(2, _told.Log.Of(LogLevel.Error).Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"nodes\":null,\"interfaces\":null}")]
    [InlineData("{\"nodes\":[null],\"interfaces\":[null]}")]
    [InlineData("{\"nodes\":[\"node-b\"],\"more\":1}")]
    public void What_cannot_be_read_tells_nothing_apart(string distinguish)
    {
        _told.SayLiterally(new Dictionary<string, string> { ["distinguish"] = distinguish });
        var placed = _told.Instructions.Placed(new(Some.Target, 9), "eth0");
        Assert.Equal((null, null), (placed.Node, placed.Interface));
    }

    [Fact]
    public void A_ConfigMap_without_entries_says_nothing()
    {
        _told.SayLiterally(null);
        Assert.Null(_told.Instructions.SealingKey);
        Assert.Equal(new(Some.Target, 9), _told.Instructions.Placed(new(Some.Target, 9), "eth0"));
    }
}
