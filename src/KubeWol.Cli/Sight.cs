namespace KubeWol.Cli;

/// <summary>How far a user sees.</summary>
internal enum Sight
{
    Nothing,

    /// <summary>The namespace that was given, or that of the context.</summary>
    OwnNamespace,

    All,
}
