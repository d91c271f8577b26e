namespace KubeWol.TestCluster.Processes;

/// <summary>What a command said and how it ended.</summary>
public sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>The output of a command that succeeded; throws what it complained about otherwise.</summary>
    public string Checked => Succeeded
        ? Output
        : throw new TestClusterException($"{Command} ended with {ExitCode}: {(Error.Length > 0 ? Error : Output).Trim()}");
}
