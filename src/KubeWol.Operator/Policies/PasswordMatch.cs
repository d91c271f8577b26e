namespace KubeWol.Operator.Policies;

/// <summary>What comparing a frame's password with one of a Secret comes to.</summary>
internal enum PasswordMatch
{
    /// <summary>The frame carries none.</summary>
    NotGiven,

    /// <summary>It is another one.</summary>
    Wrong,

    /// <summary>It is this one.</summary>
    Right,

    /// <summary>It cannot be compared: the Secret lacks it, or the frame's was sealed for a key that is gone.</summary>
    Incomparable,
}
