namespace KubeWol.Operator.Tests.Docs;

/// <summary>docs/verbs.md says what the code does.</summary>
public sealed class VerbsDocumentTests
{
    /// <summary>Set by <c>make verbs-table</c>: write the document instead of judging it.</summary>
    private const string Write = "KUBEWOL_WRITE_DOCS";

    private static readonly string Path = System.IO.Path.Combine(Root(new DirectoryInfo(AppContext.BaseDirectory)).FullName, "docs", "verbs.md");

    [Fact]
    public void The_document_says_what_the_code_decides()
    {
        if (Environment.GetEnvironmentVariable(Write) is { Length: > 0 }) File.WriteAllText(Path, VerbsDocument.Text());

        Assert.True(File.Exists(Path) && VerbsDocument.Text() == File.ReadAllText(Path), $"{Path} is not what the code decides: run `make verbs-table`");
    }

    private static DirectoryInfo Root(DirectoryInfo folder) =>
        File.Exists(System.IO.Path.Combine(folder.FullName, "KubeWol.sln")) ? folder : Root(folder.Parent ?? throw new DirectoryNotFoundException("no KubeWol.sln above the tests"));
}
