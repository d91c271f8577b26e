using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace KubeWol.Operator.Page;

/// <summary>A page that is being written. What stands in the code is markup; what is put into its holes is text, and can be nothing else.</summary>
internal sealed class Markup
{
    private readonly StringBuilder _html = new();

    /// <summary>Adds markup with text in it.</summary>
    public Markup Add([InterpolatedStringHandlerArgument("")] Escaping html)
    {
        _ = html; // it has written already
        return this;
    }

    /// <summary>Adds markup that stands in the code.</summary>
    public Markup AddConstant([ConstantExpected] string html)
    {
        _html.Append(html);
        return this;
    }

    public override string ToString() => _html.ToString();

    /// <summary>What the compiler makes of an interpolated string: literals as they are, everything else escaped.</summary>
    [InterpolatedStringHandler]
    public readonly struct Escaping
    {
        private readonly StringBuilder _html;

        public Escaping(int literals, int holes, Markup markup)
        {
            _html = markup._html;
            _html.EnsureCapacity(_html.Length + literals + (16 * holes));
        }

        public void AppendLiteral(string literal) => _html.Append(literal);

        public void AppendFormatted(string? text) => _html.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));
    }
}
