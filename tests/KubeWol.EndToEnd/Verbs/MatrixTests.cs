namespace KubeWol.EndToEnd.Verbs;

/// <summary>Every verb in every state of a machine, by real frames and by kubectl.</summary>
public sealed class MatrixTests(Bed bed, Matrix matrix) : IClassFixture<Matrix>
{
    public static TheoryData<string, string, bool> Cells
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var cell in MatrixCell.All) data.Add(cell.State, cell.Verb, cell.Frame);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_verb_meets_a_machine(string state, string verb, bool frame)
    {
        try
        {
            await matrix.PlayAsync(bed, MatrixCell.All.Single(c => c.State == state && c.Verb == verb && c.Frame == frame));
        }
        catch (CellSkippedException e)
        {
            Assert.Skip(e.Message);
        }
    }
}
