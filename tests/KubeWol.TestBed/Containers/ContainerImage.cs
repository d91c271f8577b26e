namespace KubeWol.TestBed.Containers;

/// <summary>A root file system that a container has instead of this machine's /usr and /etc.</summary>
/// <param name="Root">Its folder.</param>
/// <param name="EntryPoint">What the image runs.</param>
/// <param name="Launcher">
/// What starts that, and ends it with the tests: the image has no program for it, so that this one comes with <paramref name="Mounts"/>.
/// </param>
/// <param name="Mounts">What is mounted into it besides, read-only.</param>
public sealed record ContainerImage(string Root, IReadOnlyList<string> EntryPoint, IReadOnlyList<string> Launcher, IReadOnlyDictionary<string, string> Mounts);
