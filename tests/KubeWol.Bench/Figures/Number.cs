using System.Globalization;

namespace KubeWol.Bench.Figures;

/// <summary>Numbers for people: three digits that mean something.</summary>
internal static class Number
{
    public static string Text(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' '),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        0 => "0",
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
