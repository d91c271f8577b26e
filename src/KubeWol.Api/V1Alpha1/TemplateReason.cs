namespace KubeWol.Api.V1Alpha1;

/// <summary>The reasons of a template's conditions.</summary>
public enum TemplateReason
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Machines can be made from it.</summary>
    Usable,

    /// <summary>It contains a $(name) that is neither one of its parameters nor $(mac) or $(macHex).</summary>
    UnknownPlaceholder,

    /// <summary>One of its parameters contradicts itself; the message says which and how.</summary>
    InvalidParameter,

    /// <summary>Its machines have no interface that could be given the address, or not the one it names.</summary>
    NoInterface,

    /// <summary>Its machines would have a name that KubeVirt does not take.</summary>
    InvalidName,

    /// <summary>What its machines are made from does not exist.</summary>
    SourceNotFound,

    /// <summary>The cluster does not have the API it needs.</summary>
    NotServed,

    /// <summary>It uses something that this version does not know.</summary>
    Unsupported,

    /// <summary>Whether it can be used could not be found out; it is tried again.</summary>
    CheckFailed,

    /// <summary>Other templates claim some of its addresses; for those neither is used.</summary>
    ClaimsOverlap,

    /// <summary>No other template claims any of its addresses.</summary>
    NoOverlap,
}
