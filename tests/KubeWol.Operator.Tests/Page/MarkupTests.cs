using KubeWol.Operator.Page;

namespace KubeWol.Operator.Tests.Page;

/// <summary>What is put into a page can only ever be text.</summary>
public sealed class MarkupTests
{
    [Theory]
    [InlineData("web-01", "web-01")]
    [InlineData("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("\" onload=\"alert(1)", "&quot; onload=&quot;alert(1)")]
    [InlineData("' x='", "&#x27; x=&#x27;")]
    [InlineData("&lt;b&gt;", "&amp;lt;b&amp;gt;")]
    [InlineData("\u202egnp.exe", "&#x202E;gnp.exe")]
    [InlineData("a\0b\u0007", "a&#x0;b&#x7;")]
    [InlineData(null, "")]
    public void Text_is_escaped(string? text, string html) => Assert.Equal($"<td title=\"{html}\">{html}</td>", new Markup().Add($"<td title=\"{text}\">{text}</td>").ToString());

    [Fact]
    public void Numbers_are_written_alike_everywhere() =>
        Assert.Equal("1,234,567 0.5 2026-11-22", new Markup().Add($"{1_234_567:N0} {0.5} {new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero):yyyy-MM-dd}").ToString());
}
