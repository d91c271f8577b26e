namespace KubeWol.Cli.Doctor;

/// <summary>How bad it is.</summary>
internal enum Level
{
    Good,

    /// <summary>Nobody could look, for want of a right, say.</summary>
    Unknown,

    /// <summary>It works, but probably not as it is meant to.</summary>
    Warning,

    Bad,
}

/// <summary>One thing that the doctor looked at.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Words">What was found.</param>
/// <param name="Next">What to do about it, or null.</param>
internal sealed record Finding(Level Level, string Words, string? Next = null)
{
    /// <summary>Nobody could look at objects of a kind.</summary>
    public static Finding Unseen(string kind) => new(Level.Unknown, $"you may not list {kind}");

    public static Finding Good(string words) => new(Level.Good, words);

    public static Finding Warning(string words, string? next = null) => new(Level.Warning, words, next);

    public static Finding Bad(string words, string? next = null) => new(Level.Bad, words, next);
}
