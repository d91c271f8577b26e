namespace KubeWol.Fuzz;

/// <summary>Runs the target over mutated seeds. One number decides every input, so a failure can be had again.</summary>
public static class FuzzLoop
{
    private static readonly IReadOnlyList<byte[]> AllSeeds = [.. Seeds.All()];

    public static void Run(int seed, int inputs)
    {
        var mutator = new Mutator(new Random(seed), AllSeeds);
        for (var i = 0; i < inputs; i++)
        {
            var input = mutator.Next();
            try
            {
                FuzzTarget.Run(input);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}, input {i}: {Convert.ToHexString(input)}", failure);
            }
        }
    }
}
