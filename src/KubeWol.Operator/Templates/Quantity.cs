using System.Globalization;
using System.Text.RegularExpressions;

namespace KubeWol.Operator.Templates;

/// <summary>Amounts as Kubernetes writes them: k8s.io/apimachinery/pkg/api/resource/quantity.go.</summary>
internal static partial class Quantity
{
    private const string Thousands = "numkMGTPE";
    private const string Kibi = "KMGTPE";

    /// <summary>The amount; null where the text is none, or one too large to be meant.</summary>
    public static decimal? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match) return null;
        try
        {
            var number = decimal.Parse(match.Groups["number"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
            return match.Groups["suffix"].Value switch
            {
                "" => number,
                [var unit, 'i'] => Scale(number, 1024, Kibi.IndexOf(unit, StringComparison.Ordinal) + 1),
                [var unit] => Scale(number, 1000, Thousands.IndexOf(unit, StringComparison.Ordinal) + (unit is 'n' or 'u' or 'm' ? -3 : -2)),
                var exponent => decimal.Parse($"{match.Groups["number"].ValueSpan}{exponent}", NumberStyles.Float, CultureInfo.InvariantCulture),
            };
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static decimal Scale(decimal number, int by, int times)
    {
        for (; times > 0; times--) number *= by;
        for (; times < 0; times++) number /= by;
        return number;
    }

    [GeneratedRegex(@"\A(?<number>[+-]?([0-9]{1,18}(\.[0-9]{0,9})?|\.[0-9]{1,9}))(?<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2}|)\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
