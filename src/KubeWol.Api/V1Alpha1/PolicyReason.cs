namespace KubeWol.Api.V1Alpha1;

/// <summary>The reasons of a policy's conditions.</summary>
public enum PolicyReason
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Frames can match it.</summary>
    InEffect,

    /// <summary>It selects no machine, and no WakeTemplate that would make one.</summary>
    SelectsNothing,

    /// <summary>The Secret with its passwords is missing, or lacks one of its keys.</summary>
    PasswordMissing,

    /// <summary>A password has neither four nor six octets.</summary>
    InvalidPassword,

    /// <summary>One of its keys is no ECDSA public key on P-256.</summary>
    InvalidKey,

    /// <summary>It names an IP network that is none.</summary>
    InvalidNetwork,

    /// <summary>It names a node that the cluster does not have.</summary>
    NodeNotFound,

    /// <summary>An alias needs something that the agents are not told to hear: a UDP port, or addresses written backwards.</summary>
    NotHeard,

    /// <summary>Another policy gives the same mark another meaning for the same machines: such packets are refused.</summary>
    AliasConflict,

    /// <summary>It uses something that this version does not know.</summary>
    Unsupported,
}
