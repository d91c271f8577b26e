using KubeWol.CrdGen;

namespace KubeWol.Api.Tests.Crds;

/// <summary>The CRDs that are shipped are those that the C# types make.</summary>
public sealed class CrdDriftTests
{
    public static TheoryData<string> Folders => [Repository.File("crds"), Repository.File("charts", "kubewol", "files", "crds")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_files_are_what_the_generator_writes(string folder)
    {
        var generated = CrdBuilder.All();

        Assert.Equal(generated.Keys.Order(), Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order());
        foreach (var (file, yaml) in generated)
        {
            Assert.True(yaml == File.ReadAllText(Path.Combine(folder, file)), $"{folder}/{file} is not what src/KubeWol.Api makes: run `make crds`");
        }
    }

    [Fact]
    public void The_reference_is_what_the_definitions_say() =>
        Assert.True(
            ReferenceDocument.Text(Directory.GetFiles(Repository.File("crds")).Select(File.ReadAllText)) == File.ReadAllText(Repository.File("docs", "reference.md")),
            "docs/reference.md is not what crds/ say: run `make crds`");

    [Fact]
    public void The_generator_writes_the_same_every_time() => Assert.Equal(CrdBuilder.All(), CrdBuilder.All());
}
