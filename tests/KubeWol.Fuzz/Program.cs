using System.Diagnostics;
using System.Globalization;
using KubeWol.Fuzz;
using SharpFuzz;

// Under afl-fuzz (eng/fuzz.sh does that), to write it its seeds, to run again what it found, or as a loop without it.
switch (args)
{
    case ["--afl"]:
        Fuzzer.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            FuzzTarget.Run(input.ToArray());
        });
        return 0;

    case ["--write-seeds", var directory]:
        Directory.CreateDirectory(directory);
        foreach (var (index, seed) in Seeds.All().Index())
            File.WriteAllBytes(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"seed-{index:d3}")), seed);
        return 0;

    case ["--replay", .. var files]:
        foreach (var file in files) FuzzTarget.Run(File.ReadAllBytes(file));
        Console.WriteLine($"{files.Length} inputs: every promise held.");
        return 0;

    case ["--seconds", var seconds, .. var rest] when rest is [] or ["--seed", _]:
        var first = rest is [_, var given] ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
        var end = Stopwatch.StartNew();
        long inputs = 0;
        for (var seed = first; end.Elapsed.TotalSeconds < double.Parse(seconds, CultureInfo.InvariantCulture); seed++)
        {
            const int Round = 10_000;
            FuzzLoop.Run(seed, Round);
            inputs += Round;
        }
        Console.WriteLine($"{inputs} inputs, seeds from {first}: every promise held.");
        return 0;

    default:
        Console.Error.WriteLine("usage: KubeWol.Fuzz --seconds N [--seed N] | --afl | --write-seeds DIRECTORY | --replay FILE...");
        return 2;
}
