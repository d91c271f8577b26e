// Writes the CustomResourceDefinitions into the folder given as the only argument.
using KubeWol.CrdGen;

if (args is not [var folder])
{
    await Console.Error.WriteLineAsync("usage: KubeWol.CrdGen FOLDER").ConfigureAwait(false);
    return 2;
}

foreach (var (file, yaml) in CrdBuilder.All()) await File.WriteAllTextAsync(Path.Combine(folder, file), yaml).ConfigureAwait(false);
return 0;
