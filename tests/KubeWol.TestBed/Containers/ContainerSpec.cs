using System.Text.Json.Nodes;

namespace KubeWol.TestBed.Containers;

/// <summary>What to run as a container of a rendered pod.</summary>
/// <param name="Name">How log files and the container's host name call it.</param>
/// <param name="Pod">The pod template: metadata and spec.</param>
/// <param name="Arguments">The command line, from the program on.</param>
public sealed record ContainerSpec(string Name, JsonObject Pod, IReadOnlyList<string> Arguments)
{
    /// <summary>The folder of the program, which the image has at /app.</summary>
    public required string Program { get; init; }

    /// <summary>The root file system; null is this machine's /usr and /etc, beside the program.</summary>
    public ContainerImage? Image { get; init; }

    /// <summary>The user of the image, where the pod names none.</summary>
    public int ImageUser { get; init; }

    /// <summary>The node it is on.</summary>
    public string? Node { get; init; }

    /// <summary>The network namespace of that node; null is that of this process.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>What is mounted besides, read-only: a path in the container and one out here.</summary>
    public IReadOnlyDictionary<string, string> Mounts { get; init; } = new Dictionary<string, string>();

    /// <summary>The folder out here that each emptyDir or hostPath of the pod stands for, by the volume's name.</summary>
    public IReadOnlyDictionary<string, string> Volumes { get; init; } = new Dictionary<string, string>();

    /// <summary>Variables besides those of the pod.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
