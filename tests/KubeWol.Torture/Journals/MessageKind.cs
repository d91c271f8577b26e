namespace KubeWol.Torture.Journals;

/// <summary>What a message is, beside its verb, and so what may become of it.</summary>
public enum MessageKind
{
    /// <summary>Allowed, and for a machine that exists or can be made.</summary>
    Ordinary,

    /// <summary>For an address that nobody has and no template claims.</summary>
    UnknownAddress,

    /// <summary>A password that is not the machine's.</summary>
    WrongPassword,

    /// <summary>Signed with a key that no policy knows.</summary>
    ForeignKey,

    /// <summary>No magic packet any more: cut off in the middle.</summary>
    Damaged,
}
