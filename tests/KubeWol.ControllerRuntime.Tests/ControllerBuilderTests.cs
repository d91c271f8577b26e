using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace KubeWol.ControllerRuntime.Tests;

/// <summary>What brings keys to a reconciler, and in what order.</summary>
[Collection(nameof(RuntimeScene))]
public sealed class ControllerBuilderTests : RuntimeScene
{
    [Fact]
    public async Task Events_of_other_kinds_lead_to_the_keys_they_concern_before_and_after()
    {
        var (_, work) = await StartAsync(configure: controller => controller
            .Watch(Widget.Type, (services, widget) => [new(null, widget.Spec!.Colour)])
            .Owns(Widget.Type, "Box"));
        var owned = Widget.Of("a", 1, "red");
        owned = owned with { Metadata = owned.Metadata with { OwnerReferences = [new("Box", "box-1", "u", true), new("Box", "box-2", "u"), new("Bag", "bag", "u", true)] } };
        Api.AnswerList(owned);
        Assert.Equal(["default/box-1", "red"], await NamesAsync(work, 2));

        await Api.SayAsync(Widget.Of("a", 11, "blue").Event("MODIFIED"));
        Assert.Equal(["blue", "default/box-1", "red"], await NamesAsync(work, 3));

        await Api.SayAsync(Widget.Of("a", 12, "blue").Event("DELETED"));
        Assert.Equal(["blue"], await NamesAsync(work, 1));
    }

    [Fact]
    public async Task An_object_is_looked_at_when_its_spec_changed_or_it_goes_and_not_for_its_status()
    {
        var (host, work) = await StartAsync();
        static Widget At(int version, int generation, string uid = "u") => Widget.Of("a", version, uid: uid).OfGeneration(generation);
        Api.AnswerList(At(1, 1));
        await NextAsync(work);

        await Api.SayAsync(At(11, 1).Event("MODIFIED"));                       // its status
        host.Services.GetRequiredService<IResourceCache<Widget>>().Observe(At(12, 1)); // our own write
        await Api.SayAsync(Widget.Of("b", 13).Event("ADDED"));
        Assert.Equal("b", (await NextAsync(work)).Key.Name);

        string[] changes =
        [
            At(14, 2).Event("MODIFIED"),
            At(15, 2).Deleting().Event("MODIFIED"),
            At(16, 2, "another").Event("MODIFIED"),
            At(17, 2, "another").Event("DELETED"),
        ];
        foreach (var change in changes)
        {
            await Api.SayAsync(change);
            Assert.Equal("a", (await NextAsync(work)).Key.Name);
        }
    }

    [Fact]
    public async Task What_changes_goes_before_what_was_there_when_the_work_began()
    {
        var hold = new Hold(Listens: true);
        var (host, work) = await StartAsync(hold, configure: controller => (controller.Workers, controller) = (1, controller.For(Widget.Type)));
        Api.AnswerList([.. Enumerable.Range(0, 9).Select(i => Widget.Of($"w{i}", 1))]);
        var first = (await NextAsync(work)).Key.Name;
        var late = first == "w7" ? "w6" : "w7";
        await Api.SayAsync(Widget.Of(late, 11).Event("MODIFIED"));
        await host.Services.GetRequiredService<ResourceCache<Widget>>().UntilAsync(c => c.Find(new("default", late))?.Metadata.ResourceVersion == "11");
        hold.End.SetResult();

        Assert.Equal(late, (await NextAsync(work)).Key.Name);
        Assert.DoesNotContain($"default/{late}", await NamesAsync(work, 7));
        Assert.False(work.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task A_key_to_start_with_is_looked_at_though_nothing_is_there()
    {
        var (_, work) = await StartAsync(configure: controller => controller.StartWith(new("default", "missing")).For(Widget.Type));
        Assert.False(work.Reader.TryPeek(out _));
        Api.AnswerList();

        var (key, cache) = await NextAsync(work);
        Assert.Equal(new("default", "missing"), key);
        Assert.Null(cache.Find(key));
    }

    [Fact]
    public void The_first_to_ask_for_a_kind_says_how_it_is_watched()
    {
        var services = new ServiceCollection().AddInformer(Widget.Type, new() { PageSize = 7 }).AddInformer(Widget.Type, new() { PageSize = 8 });

        Assert.Single(services, s => s.ServiceType == typeof(IInformer));
    }
}
