namespace KubeWol.Operator.Keys;

/// <summary>What a frame's password is, compared with those that count.</summary>
internal enum PasswordVerdict
{
    /// <summary>The frame carried none, or its agent had no key yet to seal it with.</summary>
    Absent,

    /// <summary>It was sealed for a key that is gone, or by nobody.</summary>
    Unreadable,

    /// <summary>It is none of them.</summary>
    Wrong,

    /// <summary>It is one of them.</summary>
    Match,
}

/// <summary>The outcome of a comparison.</summary>
/// <param name="Verdict">What the password is.</param>
/// <param name="Index">Which of the candidates matched; -1 for none.</param>
internal readonly record struct PasswordComparison(PasswordVerdict Verdict, int Index = -1);
