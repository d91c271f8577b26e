namespace KubeWol.Bench;

/// <summary>One part of the measurements.</summary>
internal interface ISection
{
    /// <summary>How the command line calls it.</summary>
    string Name { get; }

    Task RunAsync(Run run, CancellationToken cancellationToken);
}
