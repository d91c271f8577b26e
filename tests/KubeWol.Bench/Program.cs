using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using KubeWol.Bench;
using KubeWol.Bench.Broadcast;
using KubeWol.Bench.Capture;
using KubeWol.Bench.Figures;
using KubeWol.Bench.Micro;
using KubeWol.Bench.Scale;
using KubeWol.Bench.StartUp;
using KubeWol.Bench.Wakes;

ISection[] sections = [new MicroSection(), new StartUpSection(), new CaptureSection(), new WakeSection(), new ScaleSection(), new BroadcastSection()];
var quick = new Option<bool>("--quick") { Description = "Smaller sizes: under three minutes." };
var folder = new Option<string>("--folder") { Description = "Where results.json and results.md go.", DefaultValueFactory = _ => "artifacts/bench" };
var only = new Option<string[]>("--only") { Description = $"Only these: {string.Join(", ", sections.Select(s => s.Name))}.", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong([.. sections.Select(s => s.Name)]);
var command = new RootCommand("Measures KubeWol, each ratio side by side in one run.") { quick, folder, only };
command.SetAction(async (given, cancellationToken) =>
{
    var run = new Run(Path.GetFullPath(given.GetValue(folder)!), given.GetValue(quick));
    Directory.CreateDirectory(run.Folder);
    Circumstances.Note(run);
    foreach (var section in sections.Where(s => given.GetValue(only) is not { Length: > 0 } names || names.Contains(s.Name)))
    {
        Console.WriteLine(section.Name);
        var watch = Stopwatch.StartNew();
        try
        {
            await section.RunAsync(run, cancellationToken);
        }
        finally
        {
            Console.WriteLine($"  ({watch.Elapsed.TotalSeconds:0} s)");
            // After each, and whatever came of it: a run that is broken off leaves what it has.
            run.Results.Write(Path.Combine(run.Folder, "results.json"));
            await File.WriteAllTextAsync(Path.Combine(run.Folder, "results.md"), Table.Of(run.Results), CancellationToken.None);
        }
    }

    Console.WriteLine();
    Console.WriteLine(Table.Of(run.Results));
});

var file = new Argument<string>("document");
var readme = new Command("table", "Puts the table of the last run into a document, between its marks.") { file, folder };
readme.SetAction(given => Table.WriteInto(given.GetValue(file)!, Results.Read(Path.Combine(given.GetValue(folder)!, "results.json"))));
command.Add(readme);
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await command.Parse(args).InvokeAsync();
