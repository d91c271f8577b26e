using KubeWol.Bench.Figures;

namespace KubeWol.Bench;

/// <summary>What all sections of one run share.</summary>
/// <param name="Folder">Where everything is written.</param>
/// <param name="IsQuick">Whether smaller sizes will do.</param>
internal sealed record Run(string Folder, bool IsQuick)
{
    public Results Results { get; } = new();

    /// <summary>One of two sizes.</summary>
    public int Size(int full, int quick) => IsQuick ? quick : full;
}
