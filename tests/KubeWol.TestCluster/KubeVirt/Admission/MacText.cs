namespace KubeWol.TestCluster.KubeVirt.Admission;

/// <summary>
/// MAC addresses as Go's net.ParseMAC reads them, which KubeVirt judges by: pairs with colons or dashes, or fours with dots; 6, 8 or 20
/// octets.
/// </summary>
internal static class MacText
{
    /// <summary>The octets of <paramref name="text"/>, or null where it is no address.</summary>
    public static byte[]? Parse(string text)
    {
        var (separator, digits) = text switch
        {
            [_, _, ':', ..] => (':', 2),
            [_, _, '-', ..] => ('-', 2),
            [_, _, _, _, '.', ..] => ('.', 4),
            _ => ('\0', 0),
        };
        if (digits == 0) return null;
        var groups = text.Split(separator);
        if (groups.Any(g => g.Length != digits || !g.All(char.IsAsciiHexDigit))) return null;
        var octets = Convert.FromHexString(string.Concat(groups));
        return octets.Length is 6 or 8 or 20 ? octets : null;
    }
}
