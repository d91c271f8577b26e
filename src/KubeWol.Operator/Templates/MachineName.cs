using System.Text.RegularExpressions;

namespace KubeWol.Operator.Templates;

/// <summary>What a machine may be called: its instance's pod carries the name as a label and as its host name, so it is an RFC 1123 label.</summary>
internal static partial class MachineName
{
    public const string Rule = "a machine's name is made of at most 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit";

    public static bool IsValid(string name) => Label().IsMatch(name);

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Label();
}
