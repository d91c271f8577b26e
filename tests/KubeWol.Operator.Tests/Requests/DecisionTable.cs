using KubeWol.Operator.Requests;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>
/// Decisions as a person writes them down: a column for each aspect, a line for each case. A star stands for every value, several words for any of
/// them, "not" for any other. What follows the arrow is a plan, or "see" and the table that goes on from here.
/// </summary>
internal sealed class DecisionTable
{
    private static readonly Situation Blank = new() { Action = default, Found = 1, Issued = default, Age = TimeSpan.Zero, Deadline = Aspect.Deadline };

    private readonly Aspect[] _columns;
    private readonly Lazy<IReadOnlyList<Group>> _everything;

    /// <param name="text">The table.</param>
    /// <param name="given">What is settled before it is read.</param>
    /// <param name="where">Which situations are looked up here; all if null.</param>
    public DecisionTable(string text, Func<Situation, Situation> given, Func<Situation, bool>? where = null)
    {
        var lines = text.Split('\n').Where(l => l.Length > 0).ToList();
        _columns = [.. Cells(lines[0].Split("->")[0]).Select(c => Aspect.All[c])];
        _everything = new(() => Sorted(given(Blank), where ?? (_ => true)));
        Rows = [.. lines.Skip(1).Select(l => new Row(l, _columns))];
    }

    public IReadOnlyList<Row> Rows { get; }

    /// <summary>Every situation that the columns can tell apart, sorted by the lines that cover it.</summary>
    public IReadOnlyList<Group> Everything => _everything.Value;

    /// <summary>The only line for a situation of any kind.</summary>
    public Row For(Situation now) => Assert.Single(Rows, r => r.Covers(now));

    private List<Group> Sorted(Situation given, Func<Situation, bool> where)
    {
        // Aspects do not depend on each other, so each value's words are found out once.
        var words = _columns.Select(c => c.Values.Select(v => c.Words(v(given))).ToArray()).ToArray();
        var masks = Rows.Select(r => r.Masks(words)).ToArray();
        var groups = new Dictionary<UInt128, Group>(); // a bit for each line
        var at = new int[_columns.Length];
        do
        {
            var situation = given;
            for (var i = 0; i < at.Length; i++) situation = _columns[i].Values[at[i]](situation);
            if (!where(situation)) continue;
            var lines = UInt128.Zero;
            for (var row = 0; row < masks.Length; row++)
            {
                if (IsCovered(masks[row], at)) lines |= UInt128.One << row;
            }

            if (!groups.TryGetValue(lines, out var group)) groups[lines] = group = new([.. Rows.Where((_, row) => (lines >> row & 1) == 1)], []);
            group.Situations.Add(situation);
        }
        while (Next(at));

        return [.. groups.Values];
    }

    private static bool IsCovered(int[] masks, int[] at)
    {
        for (var i = 0; i < at.Length; i++)
        {
            if ((masks[i] >> at[i] & 1) == 0) return false;
        }

        return true;
    }

    private bool Next(int[] at)
    {
        for (var i = 0; i < at.Length; i++)
        {
            if (++at[i] < _columns[i].Values.Count) return true;
            at[i] = 0;
        }

        return false;
    }

    private static string[] Cells(string line) => line.Split('|', StringSplitOptions.TrimEntries);

    /// <summary>Some lines, and the situations that all of them cover and no other does. In a good table it is one line each time.</summary>
    internal sealed record Group(IReadOnlyList<Row> Rows, List<Situation> Situations);

    /// <summary>One line.</summary>
    internal sealed class Row
    {
        private readonly Aspect[] _columns;
        private readonly (bool Not, string[] Words)[] _cells;

        public Row(string line, Aspect[] columns)
        {
            var (left, plan) = line.Split("->") is [var l, var p] ? (Cells(l), p.Trim()) : throw new FormatException(line);
            if (left.Length != columns.Length) throw new FormatException($"{columns.Length} cells are wanted: {line}");
            Text = line;
            Plan = plan;
            _columns = columns;
            _cells = [.. left.Select(c => c.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(c => c[0] == "not" ? (true, c[1..]) : (false, c))];
        }

        public string Text { get; }

        public string Plan { get; }

        public bool Covers(Situation now) => _columns.Zip(_cells).All(c => IsIn(c.Second, c.First.Words(now)));

        /// <summary>For each column a bit for each of its values.</summary>
        public int[] Masks(string[][][] words) =>
            [.. words.Select((column, i) => column.Select((value, bit) => IsIn(_cells[i], value) ? 1 << bit : 0).Sum())];

        private static bool IsIn((bool Not, string[] Words) cell, string[] words) =>
            cell.Words is ["*"] || cell.Words.Intersect(words).Any() != cell.Not;
    }
}
