using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What a frame must prove.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<ProofKind>))]
public enum ProofKind
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Nothing: whoever is on the network may send it.</summary>
    None,

    /// <summary>It carries a password, which everybody on the network can read.</summary>
    SecureOn,

    /// <summary>It carries a fresh command, signed with a key that the policy knows.</summary>
    Signed,
}
