// Writes the CustomResourceDefinitions into each of the folders given.
using KubeWol.CrdGen;

if (args.Length == 0)
{
    await Console.Error.WriteLineAsync("usage: KubeWol.CrdGen FOLDER...").ConfigureAwait(false);
    return 2;
}

foreach (var folder in args)
{
    foreach (var (file, yaml) in CrdBuilder.All()) await File.WriteAllTextAsync(Path.Combine(folder, file), yaml).ConfigureAwait(false);
}

return 0;
