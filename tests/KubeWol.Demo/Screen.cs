using System.Diagnostics;
using System.Globalization;

namespace KubeWol.Demo;

/// <summary>What a person sees: steps with their time, commands as typed, and journeys.</summary>
internal sealed class Screen(TextWriter output, bool colours)
{
    public void Title(string text)
    {
        output.WriteLine();
        output.WriteLine(Bold(text));
    }

    /// <summary>Runs one step of the set-up and tells how long it took.</summary>
    public async Task<T> StepAsync<T>(Func<T, string> told, Func<Task<T>> work)
    {
        var watch = Stopwatch.StartNew();
        var result = await work();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Green("✓")} {told(result),-72} {Dim($"{watch.Elapsed.TotalSeconds,5:0.0} s")}"));
        return result;
    }

    public void Command(string command) => output.WriteLine($"  {Dim("$")} {command}");

    public void Text(string text)
    {
        foreach (var line in text.TrimEnd().Split('\n')) output.WriteLine($"    {line.TrimEnd()}");
    }

    public void Moment(TimeSpan since, string what, string details) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {since.TotalMilliseconds,7:0} ms  {what,-8}  {details}"));

    public void Outcome(bool good, string what, string details) => output.WriteLine($"    {(good ? Green(what) : Yellow(what))}: {details}");

    public void Line(string text = "") => output.WriteLine(text);

    private string Bold(string text) => Coloured("1", text);

    private string Dim(string text) => Coloured("2", text);

    private string Green(string text) => Coloured("32", text);

    private string Yellow(string text) => Coloured("33", text);

    private string Coloured(string code, string text) => colours ? $"\e[{code}m{text}\e[0m" : text;
}
