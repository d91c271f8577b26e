using KubeWol.Api.V1Alpha1;

namespace KubeWol.EndToEnd.Security;

/// <summary>One way to say something, before one policy: what comes of each verb.</summary>
/// <param name="Policy">The policy that selects the machine.</param>
/// <param name="Message">How it is said: from where, with what proof, by whom.</param>
/// <param name="Outcomes">By verb, the reason the request ends with, or "denied" where there is none; a verb that cannot be said so is not there.</param>
public sealed record SecurityRow(string Policy, string Message, IReadOnlyDictionary<WakeAction, string> Outcomes)
{
    private const string Table = """
        policy        | message                       | Wake             | Sleep            | Move             | Instantiate      | Destroy

        open          | plain                         | Started          | Paused           | Moved            | AlreadyActive    | -
        open          | signed                        | VerbNotAllowed   | VerbNotAllowed   | VerbNotAllowed   | VerbNotAllowed   | VerbNotAllowed
        wake only     | plain                         | Started          | -                | -                | -                | -
        sleep only    | plain                         | VerbNotAllowed   | Paused           | -                | -                | -
        VLAN 10       | plain                         | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | -
        VLAN 10       | plain, in VLAN 10             | Started          | Paused           | Moved            | AlreadyActive    | -
        VLAN 10       | plain, in VLAN 20             | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | -
        VLAN 10       | plain, in VLAN 10 in VLAN 20  | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | -
        known MAC     | plain                         | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | -
        known MAC     | plain, from that MAC          | Started          | Paused           | Moved            | AlreadyActive    | -
        known network | plain                         | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | OriginNotAllowed | -
        known network | plain, from that network      | Started          | Paused           | Moved            | AlreadyActive    | -
        password      | plain                         | ProofMissing     | ProofMissing     | ProofMissing     | ProofMissing     | -
        password      | wrong password                | WrongPassword    | WrongPassword    | WrongPassword    | WrongPassword    | -
        password      | password of 6 octets          | Started          | Paused           | Moved            | AlreadyActive    | -
        password      | password of 4 octets          | Started          | Paused           | Moved            | AlreadyActive    | -
        signed        | plain                         | ProofMissing     | -                | -                | -                | -
        signed        | signed                        | Started          | Paused           | Moved            | AlreadyActive    | Destroyed
        signed        | signed by a stranger          | BadSignature     | BadSignature     | BadSignature     | BadSignature     | BadSignature
        signed        | signed, one bit flipped       | BadSignature     | BadSignature     | BadSignature     | BadSignature     | BadSignature
        signed        | signed for another machine    | BadSignature     | BadSignature     | BadSignature     | BadSignature     | BadSignature
        signed        | signed two minutes ago        | StaleCommand     | StaleCommand     | StaleCommand     | StaleCommand     | StaleCommand
        signed        | signed in two minutes         | StaleCommand     | StaleCommand     | StaleCommand     | StaleCommand     | StaleCommand
        signed        | signed, nobody has it yet     | Instantiated     | -                | -                | Instantiated     | -
        signed        | by a stranger, nobody has it  | BadSignature     | -                | -                | BadSignature     | -
        signed        | kubectl, with the right       | Started          | Paused           | Moved            | AlreadyActive    | Destroyed
        signed        | kubectl, without the right    | denied           | denied           | denied           | denied           | denied
        open          | kubectl, without the right    | denied           | denied           | denied           | denied           | denied
        open          | a frame by kubectl            | denied           | denied           | denied           | denied           | denied
        open          | an agent, for another node    | denied           | denied           | denied           | denied           | denied
        """;

    private static readonly string[][] Lines = [.. Table.Split('\n').Where(l => l.Length > 0).Select(l => l.Split('|', StringSplitOptions.TrimEntries))];

    public static IReadOnlyList<WakeAction> Verbs => [.. Lines[0][2..].Select(Enum.Parse<WakeAction>)];

    public static IReadOnlyList<SecurityRow> All =>
        [.. Lines[1..].Select(l => new SecurityRow(l[0], l[1], Verbs.Zip(l[2..]).Where(c => c.Second != "-").ToDictionary(c => c.First, c => c.Second)))];

    /// <summary>Whether what is expected is that it is done.</summary>
    public static bool IsDone(string outcome) => outcome is "Started" or "Paused" or "Moved" or "AlreadyActive" or "Destroyed";
}
