// Writes the CustomResourceDefinitions into each of the folders given, and the reference of their fields into each .md file given.
using KubeWol.CrdGen;

if (args.Length == 0)
{
    await Console.Error.WriteLineAsync("usage: KubeWol.CrdGen FOLDER|FILE.md...").ConfigureAwait(false);
    return 2;
}

var all = CrdBuilder.All();
foreach (var target in args)
{
    if (Path.GetExtension(target) == ".md")
    {
        await File.WriteAllTextAsync(target, ReferenceDocument.Text(all.Values)).ConfigureAwait(false);
        continue;
    }

    foreach (var (file, yaml) in all) await File.WriteAllTextAsync(Path.Combine(target, file), yaml).ConfigureAwait(false);
}

return 0;
