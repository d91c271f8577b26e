using System.Text.RegularExpressions;
using KubeWol.TestBed;
using KubeWol.Torture.Checking;

namespace KubeWol.Torture.Running;

/// <summary>What only a defect makes a program say.</summary>
internal static partial class LogCheck
{
    public static IEnumerable<Violation> Judge(IEnumerable<RunningProgram> programs) => programs
        .SelectMany(p => p.Process.Lines.Select(line => (p.Process.Name, Line: line)))
        // What lies within another exception is that one's business: a broken connection has all sorts within it.
        .Where(l => Defect().IsMatch(l.Line.Split(" ---> ")[0]))
        .Select(l => new Violation(Breach.Defect, $"{l.Name} says: {l.Line}"));

    [GeneratedRegex("Unhandled|NullReferenceException|InvalidOperationException|ArgumentException|ArgumentOutOfRangeException|ArgumentNullException|KeyNotFoundException|InvalidCastException|ObjectDisposedException|IndexOutOfRangeException|gave up on|a defect of KubeWol")]
    private static partial Regex Defect();
}
