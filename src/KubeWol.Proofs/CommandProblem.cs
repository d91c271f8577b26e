namespace KubeWol.Proofs;

/// <summary>What is wrong with a signed command; CommandProblems.Describe says it in a sentence.</summary>
public enum CommandProblem
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The bytes are not a COSE_Sign1 of the one shape that is read.</summary>
    Damaged,

    /// <summary>The protected header is not the algorithm and a printable key id of 1 to 32 octets.</summary>
    MalformedHeader,

    /// <summary>The protected header names another algorithm than ES256.</summary>
    WrongAlgorithm,

    /// <summary>The signature was not made over these octets with this key.</summary>
    BadSignature,

    /// <summary>The payload is not a map of the fields that are known, each once, with values of their kind and within their bounds.</summary>
    MalformedPayload,

    /// <summary>The payload has a version other than 1.</summary>
    UnknownVersion,

    /// <summary>The payload has a field that version 1 does not have.</summary>
    UnknownField,

    /// <summary>The payload lacks a field that every command has.</summary>
    MissingField,

    /// <summary>The payload asks for something other than the five verbs.</summary>
    UnknownVerb,
}
