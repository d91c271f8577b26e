namespace KubeWol.Proofs;

/// <summary>The problems of signed commands in words.</summary>
public static class CommandProblems
{
    /// <summary>A clause for a status message, such as "the signature is not right for the key it names".</summary>
    public static string Describe(this CommandProblem problem) => problem switch
    {
        CommandProblem.None => "the command is in order",
        CommandProblem.Damaged => "the command is damaged: it is not a COSE_Sign1 with a tag, an ES256 signature and no unprotected headers",
        CommandProblem.MalformedHeader => "the command's protected header must hold the algorithm and a key id of 1 to 32 octets, and nothing else",
        CommandProblem.WrongAlgorithm => "the command is not signed with ES256, the only algorithm that is accepted",
        CommandProblem.BadSignature => "the command's signature is not right for the key it names",
        CommandProblem.MalformedPayload => "the command is signed, but a field is of the wrong kind, out of its bounds or there twice",
        CommandProblem.UnknownVersion => "the command is signed, but of a version that this KubeWol does not know",
        CommandProblem.UnknownField => "the command is signed, but has a field that version 1 does not have",
        CommandProblem.MissingField => "the command is signed, but lacks its version, verb, MAC address, time or nonce",
        CommandProblem.UnknownVerb => "the command is signed, but asks for something other than Wake, Sleep, Move, Instantiate or Destroy",
        _ => throw new ArgumentOutOfRangeException(nameof(problem), problem, null),
    };
}
