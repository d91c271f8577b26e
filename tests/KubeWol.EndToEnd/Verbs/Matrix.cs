using System.Collections.Concurrent;
using System.Text;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.EndToEnd.Verbs;

/// <summary>Plays all cells, several at a time, and prints what came of them as a table.</summary>
public sealed class Matrix : IDisposable
{
    private const int AtATime = 8;

    /// <summary>What a cell needs that a KubeVirt which was given to us cannot be told to do.</summary>
    private static readonly string[] OnlyOurs = ["starting", "stopping", "migrating", "crash-looping", "unschedulable", "waiting for volumes"];

    private readonly ConcurrentDictionary<string, string> _marks = new();
    private readonly SemaphoreSlim _places = new(AtATime);
    private readonly Lock _lock = new();
    private Dictionary<MatrixCell, Task>? _cells;

    /// <summary>Waits for one cell; the first call sets all going.</summary>
    public async Task PlayAsync(Bed bed, MatrixCell cell)
    {
        lock (_lock)
        {
            if (_cells is null)
            {
                using var _ = ExecutionContext.SuppressFlow(); // the cells belong to no single test, nor to the end of one
                _cells = MatrixCell.All.ToDictionary(c => c, c => Task.Run(() => PlayInTurnAsync(bed, c)));
            }
        }

        await _cells[cell];
    }

    public void Dispose()
    {
        _places.Dispose();
        if (_cells is not null) File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "verb-matrix.md"), Print());
    }

    private async Task PlayInTurnAsync(Bed bed, MatrixCell cell)
    {
        await _places.WaitAsync();
        try
        {
            _marks[Key(cell)] = "✗";
            if (bed.Cluster.IsGiven && Array.IndexOf(OnlyOurs, cell.State) >= 0) throw new CellSkippedException("only our own KubeVirt can be told how a guest behaves");
            if (cell.Verb == "Move" && cell.Outcome == WakeReason.Moved && !await bed.CanMigrateAsync()) throw new CellSkippedException("the cluster has no second node that takes machines");
            await PlayAsync(new MatrixMachine(bed, cell));
            _marks[Key(cell)] = "✓";
        }
        catch (CellSkippedException)
        {
            _marks[Key(cell)] = "–";
            throw;
        }
        finally
        {
            _places.Release();
        }
    }

    private static async Task PlayAsync(MatrixMachine machine)
    {
        await machine.BringAboutAsync();
        if (await machine.AskAsync() is not { } request) return;
        if (machine.Cell.WaitsForRecovery)
        {
            await machine.WaitForReasonAsync(request, WakeReason.WaitingForRecovery, WakeReason.WaitingForStart);
            await machine.HealAsync();
        }

        var ended = await machine.WaitForEndAsync(request);
        Assert.True(machine.Cell.Outcome == ended.Status!.Reason, $"{machine.Cell} ended with {ended.Status.Reason} instead of {machine.Cell.Outcome}: {ended.Status.Message}");
        Assert.Equal(machine.Cell.Action, ended.Status.Action);
        await machine.CheckAsync(ended);
        await machine.RemoveAsync();
    }

    private static string Key(MatrixCell cell) => $"{cell.State}/{cell.Verb}/{cell.Frame}";

    private string Print()
    {
        var text = new StringBuilder("Each verb in each state of a machine: by kubectl, by a frame (✓ as the table says, ✗ not, – skipped)\n\n");
        text.AppendLine($"| | {string.Join(" | ", MatrixCell.Verbs)} |");
        text.AppendLine($"|---|{string.Concat(Enumerable.Repeat("---|", MatrixCell.Verbs.Count))}");
        foreach (var state in MatrixCell.States)
        {
            var cells = MatrixCell.Verbs.Select(verb => string.Concat(
                MatrixCell.All.Where(c => c.State == state && c.Verb == verb).Select(c => _marks.GetValueOrDefault(Key(c), "·"))));
            text.AppendLine($"| {state} | {string.Join(" | ", cells)} |");
        }

        return text.ToString();
    }
}

/// <summary>This cluster cannot show this cell.</summary>
public sealed class CellSkippedException(string reason) : Exception(reason);
